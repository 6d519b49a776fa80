/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child's side: does the work, and says before each step what comes. */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/diagnose/each-guest.h"
#include "tools/diagnose/findings.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/child.h"

/* One message a line. */
static void say(FILE *to, json_t *message)
{
	json_dumpf(message, to, JSON_COMPACT);
	fputc('\n', to);
	fflush(to);
	json_decref(message);
}

/* Without the devices or what they are for no check can judge. */
static bool can_ask(const struct child_work *work, struct findings *findings)
{
	for (size_t i = 0; work->run->collector[i].name != NULL; i++)
		if (work->run->collector[i].vital && work->collector_why[i] != NULL &&
			(work->run->collector[i].instead == NULL ||
				work->collector_lost[i])) {
			finding(findings, CHECK_UNKNOWN,
				"not asked: %s could not be read (%s)",
				work->run->collector[i].name, work->collector_why[i]);
			return false;
		}
	return true;
}

static void send_rows(FILE *to, struct findings *findings)
{
	size_t i;
	json_t *row;

	json_array_foreach (findings->rows, i, row)
		say(to, json_pack("{sO}", "row", row));
	json_array_clear(findings->rows);
}

static void ask(const struct child_work *work, const struct context *context, size_t at,
	size_t first, FILE *to)
{
	const struct check *check = work->run->check[at];
	struct findings findings = {
		.rows = json_array(), .id = check->id, .context = context};
	size_t times = check->run_device != NULL ? context->intents : 1;

	for (size_t i = first; i < times; i++) {
		const struct intent *intent = &context->intent[i];

		findings.intent = check->run_device != NULL ? intent : NULL;
		findings.device =
			check->run_device != NULL ? intent->device->address : NULL;
		say(to, json_pack("{sI sI ss*}", "check", (json_int_t)at, "time",
				(json_int_t)i, "device", findings.device));
		if (!can_ask(work, &findings))
			;
		else if (check->run_device != NULL)
			check->run_device(context, intent, &findings);
		else if (check->run != NULL)
			check->run(context, &findings);
		else
			each_guest_ask(check, context, &findings);
		if (json_array_size(findings.rows) == 0)
			finding(&findings, CHECK_UNKNOWN, "the check gave no answer");
		send_rows(to, &findings);
	}
	if (times == 0) {
		say(to, json_pack("{sI}", "check", (json_int_t)at));
		if (can_ask(work, &findings))
			finding(&findings, CHECK_SKIP,
				context->devices.count > 0
					? "no graphics card in this machine"
					: "no PCI device in this machine");
		send_rows(to, &findings);
	}
	json_decref(findings.rows);
}

static void describe(void (*how)(const struct context *, json_t *),
	const struct context *context, FILE *to)
{
	json_t *report = json_object();

	how(context, report);
	say(to, json_pack("{so}", "report", report));
}

void child_work(const struct child_work *work, FILE *to)
{
	const struct diagnosis *run = work->run;
	struct context context = {.request = run->request};

	if (run->begin != NULL)
		run->begin();
	for (size_t i = 0; run->collector[i].name != NULL; i++) {
		say(to, json_pack("{sI}", "collector", (json_int_t)i));
		if (work->collector_why[i] == NULL) {
			run->collector[i].collect(&context);
			continue;
		}
		if (run->collector[i].instead != NULL && !work->collector_lost[i])
			run->collector[i].instead(&context);
		lines_add(&context.unread, "%s could not be read: %s",
			run->collector[i].name, work->collector_why[i]);
	}
	if (context.log == NULL)
		context.log = log_missing("reading it took too long");
	if (run->describe != NULL && !work->described) {
		say(to, json_pack("{sb}", "describing", true));
		describe(run->describe, &context, to);
	}
	for (size_t i = work->check; i < run->checks; i++)
		ask(work, &context, i, i == work->check ? work->time : 0, to);
	if (run->conclude != NULL && !work->concluded) {
		say(to, json_pack("{sb}", "concluding", true));
		describe(run->conclude, &context, to);
	}
	say(to, json_pack("{sb}", "done", true));
}
