/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base.h"
#include "tools/command.h"
#include "tools/json.h"
#include "tools/root.h"
#include "tools/diagnose/report.h"
#include "tools/diagnose/run.h"

enum format { FORMAT_TEXT, FORMAT_JSON };

struct wanted {
	struct request request;
	struct lines only, ignore; /* ids of checks */
	enum format format;
	bool strict, verbose, list;
	int colour; /* -1: as the terminal has it */
	double seconds;
};

static int list_checks(bool json)
{
	json_t *array = json_array();

	for (size_t i = 0; check_at(i) != NULL; i++) {
		const struct check *check = check_at(i);

		if (!json)
			printf("%-20s %s\n", check->id, check->about);
		json_array_append_new(array,
			json_pack("{ss ss}", "id", check->id, "about", check->about));
	}
	if (json)
		return json_print(json_pack("{so}", "checks", array)) < 0 ? STATUS_USAGE
									  : STATUS_OK;
	json_decref(array);
	return STATUS_OK;
}

static bool is_listed(const struct lines *lines, const char *id)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->line[i], id) == 0)
			return true;
	return false;
}

/* Adds the ids of a list with commas; false if one is no check. */
static bool add_ids(struct lines *lines, const char *list)
{
	CLEANUP_FREE char *copy = copy_text(list);
	char *rest = copy, *id;

	while ((id = strsep(&rest, ",")) != NULL) {
		size_t i = 0;

		while (check_at(i) != NULL && strcmp(check_at(i)->id, id) != 0)
			i++;
		if (check_at(i) == NULL) {
			complain("no check '%s'; 'vfio-early diagnose --list-checks' "
				 "lists them",
				id);
			return false;
		}
		lines_add(lines, "%s", id);
	}
	return true;
}

static bool guest_number(const char *option, const char *text, long *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && *number <= 999999999)
		return true;
	complain("--%s takes the number of a guest, not '%s'", option, text);
	return false;
}

static bool choose_format(const char *name, enum format *format)
{
	static const char *const names[] = {"text", "json"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0) {
			*format = (enum format)i;
			return true;
		}
	complain("--format is text or json, not '%s'", name);
	return false;
}

static bool choose_want(const char *name, enum want *want)
{
	if (strcmp(name, "vm") != 0 && strcmp(name, "host") != 0) {
		complain("--want is vm or host, not '%s'", name);
		return false;
	}
	*want = strcmp(name, "vm") == 0 ? WANT_VM : WANT_HOST;
	return true;
}

static bool choose_colour(const char *name, int *colour)
{
	if (strcmp(name, "always") == 0)
		*colour = 1;
	else if (strcmp(name, "never") == 0)
		*colour = 0;
	else if (strcmp(name, "auto") == 0)
		*colour = -1;
	else
		return complain("--color is auto, always or never, not '%s'", name),
		       false;
	return true;
}

static bool read_options(int argc, char **argv, struct wanted *wanted)
{
	static const struct option known[] = {
		{"ct", required_argument, NULL, 'c'},
		{"vm", required_argument, NULL, 'v'},
		{"domain", required_argument, NULL, 'd'},
		{"want", required_argument, NULL, 'w'},
		{"dmesg", required_argument, NULL, 'm'},
		{"format", required_argument, NULL, 'f'},
		{"only", required_argument, NULL, 'o'},
		{"ignore", required_argument, NULL, 'i'},
		{"strict", no_argument, NULL, 's'},
		{"verbose", no_argument, NULL, 'V'},
		{"color", required_argument, NULL, 'C'},
		{"timeout", required_argument, NULL, 't'},
		{"list-checks", no_argument, NULL, 'l'},
		{0},
	};
	struct request *request = &wanted->request;
	int option, guests = 0;
	bool good = true;

	while (good && (option = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (option) {
		case 'c':
			good = guest_number("ct", optarg, &request->container);
			guests++;
			break;
		case 'v':
			good = guest_number("vm", optarg, &request->machine);
			guests++;
			break;
		case 'd':
			request->domain = optarg;
			guests++;
			break;
		case 'w':
			good = choose_want(optarg, &request->want);
			guests++;
			break;
		case 'm':
			request->dmesg = optarg;
			break;
		case 'f':
			good = choose_format(optarg, &wanted->format);
			break;
		case 'o':
			good = add_ids(&wanted->only, optarg);
			break;
		case 'i':
			good = add_ids(&wanted->ignore, optarg);
			break;
		case 's':
			wanted->strict = true;
			break;
		case 'V':
			wanted->verbose = true;
			break;
		case 'C':
			good = choose_colour(optarg, &wanted->colour);
			break;
		case 't':
			wanted->seconds = atof(optarg);
			good = wanted->seconds > 0;
			if (!good)
				complain("--timeout takes seconds, not '%s'", optarg);
			break;
		case 'l':
			wanted->list = true;
			break;
		default:
			good = false;
		}
	if (good && optind < argc) {
		complain("diagnose takes no word like '%s'", argv[optind]);
		good = false;
	}
	if (good && guests > 1) {
		complain("one of --ct, --vm, --domain and --want at a time");
		good = false;
	}
	if (!good)
		fputs("Try 'vfio-early help diagnose'.\n", stderr);
	return good;
}

/* The terminal's own wish, and https://no-color.org. */
static bool use_colour(int asked)
{
	const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");

	if (asked >= 0)
		return asked == 1;
	return isatty(STDOUT_FILENO) && (none == NULL || none[0] == '\0') &&
	       terminal != NULL && strcmp(terminal, "dumb") != 0;
}

static int diagnose(const struct wanted *wanted)
{
	const struct check **checks = NULL;
	struct run run = {
		.request = wanted->request,
		.collector = collectors,
		.seconds = wanted->seconds,
		.describe = report_describe,
	};
	json_t *report = json_object(), *ignored = json_array();
	int error, status;

	for (size_t i = 0; check_at(i) != NULL; i++) {
		const struct check *check = check_at(i);

		if (is_listed(&wanted->ignore, check->id)) {
			json_array_append_new(ignored, json_string(check->id));
			continue;
		}
		if (wanted->only.count > 0 && !is_listed(&wanted->only, check->id))
			continue;
		checks = allocate_more(
			checks, (run.checks + 1) * sizeof(const struct check *));
		checks[run.checks++] = check;
	}
	run.check = checks;
	json_object_set_new(report, "ignored", ignored);
	error = run_checks(&run, report);
	free(checks);
	if (error < 0) {
		complain("the diagnosis could not be run: %s", strerror(-error));
		json_decref(report);
		return STATUS_USAGE;
	}
	report_conclude(report, wanted->strict);
	status = (int)json_integer_value(json_object_get(report, "exit"));
	if (wanted->format == FORMAT_JSON)
		return json_print(report) < 0 ? STATUS_USAGE : status;
	report_print_text(report, stdout, use_colour(wanted->colour), wanted->verbose);
	json_decref(report);
	return status;
}

static int run(const struct options *options, int argc, char **argv)
{
	struct wanted wanted = {
		.request = {.container = -1, .machine = -1},
		.format = options->json ? FORMAT_JSON : FORMAT_TEXT,
		.colour = -1,
		.seconds = 5,
	};
	int status = STATUS_USAGE;

	if (read_options(argc, argv, &wanted))
		status = wanted.list ? list_checks(wanted.format == FORMAT_JSON)
				     : diagnose(&wanted);
	lines_free(&wanted.only);
	lines_free(&wanted.ignore);
	return status;
}

const struct command command_diagnose = {
	.name = "diagnose",
	.run = run,
	.usage = "[--ct N | --vm N | --domain NAME | --want vm|host] [OPTION]...",
	.summary = "what stands between a card and the VM or container that wants it",
	.help = "  --ct N           for the Proxmox container N\n"
		"  --vm N           for the Proxmox VM N\n"
		"  --domain NAME    for the libvirt domain\n"
		"  --want vm|host   for any VM, or for the host's own driver; without one of "
		"these\n"
		"                   the configuration says what each card is for\n"
		"  --format FORMAT  text or json\n"
		"  --verbose        evidence for what is well, too\n"
		"  --color WHEN     auto, always or never\n"
		"  --dmesg FILE     read this saved kernel log instead of /dev/kmsg\n"
		"  --list-checks    the ids of all checks\n"
		"  --only ID,...    make only these checks\n"
		"  --ignore ID,...  leave these out\n"
		"  --strict         a warning is a failure\n"
		"  --timeout SECONDS  how long a single check may take (5)\n"
		"\n"
		"Nothing is changed, anywhere. Exit status: 0 healthy, 1 something fails, 2 "
		"it could\n"
		"not be diagnosed.\n",
};
