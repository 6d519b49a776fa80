/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * try-runner STEP...: the runner of diagnose with checks that behave as told: well,
 * crash, abort, hang, exit, silent; and as the first word collect-crash or collect-hang,
 * which a collector does. Prints STATUS DEVICE TITLE for each row.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/diagnose/runner.h"
#include "tools/diagnose/findings.h"

static void behave(const char *how)
{
	if (strcmp(how, "crash") == 0)
		raise(SIGSEGV);
	if (strcmp(how, "abort") == 0)
		abort();
	while (strcmp(how, "hang") == 0)
		pause();
	if (strcmp(how, "exit") == 0)
		_exit(0);
}

static const char *collector_does = "", *instead_does = "", *describe_does = "",
		  *conclude_does = "";
static const struct pci_device devices[] = {{.address = (char *)"0000:01:00.0"},
	{.address = (char *)"0000:02:00.0"}, {.address = (char *)"0000:03:00.0"}};

static void collect(struct context *context)
{
	behave(collector_does);
	context->intent = calloc(ARRAY_SIZE(devices), sizeof(*context->intent));
	context->intents = ARRAY_SIZE(devices);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		context->intent[i].device = &devices[i];
}

static void collect_instead(struct context *context)
{
	behave(instead_does);
	collector_does = "";
	collect(context);
}

static void describe(const struct context *context, json_t *report)
{
	(void)context;
	(void)report;
	behave(describe_does);
}

static void conclude(const struct context *context, json_t *report)
{
	(void)context;
	(void)report;
	behave(conclude_does);
}

static void run_well(const struct context *context, struct findings *findings)
{
	(void)context;
	finding(findings, CHECK_PASS, "well");
}

#define BEHAVE(name, how) \
	static void run_##name(const struct context *context, struct findings *findings) \
	{ \
		(void)context; \
		(void)findings; \
		behave(how); \
	}
BEHAVE(crash, "crash")
BEHAVE(abort, "abort")
BEHAVE(hang, "hang")
BEHAVE(exit, "exit")
BEHAVE(silent, "")

/* The second of three devices is dead. */
static void run_devices(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	(void)context;
	if (intent->device == &devices[1])
		behave("hang");
	finding(findings, CHECK_PASS, "alive");
}

static const struct check checks[] = {
	{.id = "well", .run = run_well},
	{.id = "crash", .run = run_crash},
	{.id = "abort", .run = run_abort},
	{.id = "hang", .run = run_hang},
	{.id = "exit", .run = run_exit},
	{.id = "silent", .run = run_silent},
	{.id = "devices", .run_device = run_devices},
};

int main(int argc, char **argv)
{
	const struct check *chosen[64];
	struct collector collectors_here[] = {{.name = "the made-up part",
						      .collect = collect,
						      .vital = true,
						      .instead = NULL},
		{0}};
	struct diagnosis run = {.check = chosen,
		.collector = collectors_here,
		.seconds = 0.3,
		.describe = describe,
		.conclude = conclude};
	json_t *report = json_object(), *row;
	size_t i;

	for (int word = 1; word < argc; word++) {
		if (strncmp(argv[word], "collect-", 8) == 0)
			collector_does = argv[word] + 8;
		if (strncmp(argv[word], "describe-", 9) == 0)
			describe_does = argv[word] + 9;
		if (strncmp(argv[word], "conclude-", 9) == 0)
			conclude_does = argv[word] + 9;
		if (strncmp(argv[word], "instead-", 8) == 0) {
			instead_does = argv[word] + 8;
			collectors_here[0].instead = collect_instead;
		}
		for (i = 0; i < ARRAY_SIZE(checks); i++)
			if (strcmp(argv[word], checks[i].id) == 0 && run.checks < 64)
				chosen[run.checks++] = &checks[i];
	}
	if (run_checks(&run, report) < 0)
		return 2;
	json_array_foreach (json_object_get(report, "checks"), i, row) {
		const char *device = json_string_value(json_object_get(row, "device"));

		printf("%s %s %s %s\n", json_string_value(json_object_get(row, "id")),
			json_string_value(json_object_get(row, "status")),
			device != NULL ? device : "-",
			json_string_value(json_object_get(row, "title")));
	}
	json_decref(report);
	return 0;
}
