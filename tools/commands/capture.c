/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/system/input.h"
#include "tools/diagnose/capture/capture.h"
#include "tools/diagnose/capture/unpack.h"
#include "tools/system/output.h"
#include "tools/diagnose/runner.h"
#include "tools/diagnose/checks/catalogue.h"

/*
 * Runs every check, for what they read: once as it is, and for each of the answers that
 * --want can give, since a replay may be asked so. 0 or -errno.
 */
static int make_notes(json_t *report)
{
	static const enum want wants[] = {WANT_NOTHING, WANT_VM, WANT_HOST};
	const struct check **checks = NULL;
	struct diagnosis run = {
		.request = {.machine = -1},
		.collector = collectors,
		.seconds = 10,
		.begin = capture_begin,
		.conclude = capture_describe,
	};
	int error = 0;

	for (; check_at(run.checks) != NULL; run.checks++) {
		checks = allocate_more(
			checks, (run.checks + 1) * sizeof(const struct check *));
		checks[run.checks] = check_at(run.checks);
	}
	run.check = checks;
	for (size_t i = 0; i < ARRAY_SIZE(wants) && error == 0; i++) {
		json_t *one = json_object();

		run.request.want = wants[i];
		error = run_checks(&run, one);
		capture_join(report, one);
		json_decref(one);
	}
	free(checks);
	return error;
}

static int capture(const char *path, bool raw)
{
	json_t *report = json_object();
	CLEANUP_FREE char *why = NULL;
	struct output output;
	int error = make_notes(report);

	if (error < 0) {
		why = format_text("nothing could be read: %s", strerror(-error));
	} else if ((error = output_begin(&output, path, 0600, &why)) == 0) {
		fprintf(output.to,
			"# vfio-early capture: what `vfio-early diagnose` reads, %s\n"
			"# to use it: vfio-early capture --unpack FILE DIRECTORY, then\n"
			"# vfio-early --root DIRECTORY diagnose\n",
			raw ? "unaltered"
			    : "without what identifies a machine or a person");
		capture_write(report, raw, output.to);
		error = output_finish(&output, &why);
	}
	json_decref(report);
	if (error < 0) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	print_message("read %s before you send it to somebody", path);
	return STATUS_OK;
}

static int unpack(const char *path, const char *directory)
{
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FREE char *why = NULL;
	size_t length;

	if (input_read(path, &text, &length, &why) < 0) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	if (manifest_unpack((struct span){text, length}, directory, &why) < 0) {
		print_message("%s: %s", path, why);
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static const struct option capture_options[] = {
	{"raw", no_argument, NULL, 'r'},
	{"unpack", no_argument, NULL, 'u'},
	{0},
};

static int run_capture(const struct options *options, int argc, char **argv)
{
	bool raw = false, unpacks = false;
	int option;

	(void)options;
	while ((option = options_next(&command_capture, argc, argv)) != -1) {
		raw = raw || option == 'r';
		unpacks = unpacks || option == 'u';
	}
	if (argc - optind != (unpacks ? 2 : 1)) {
		print_message(unpacks ? "capture --unpack takes a file and a directory"
				      : "capture takes the file to write");
		fputs("Try 'vfio-early help capture'.\n", stderr);
		return STATUS_USAGE;
	}
	return unpacks ? unpack(argv[optind], argv[optind + 1])
		       : capture(argv[optind], raw);
}

const struct command command_capture = {
	.name = "capture",
	.run = run_capture,
	.options = capture_options,
	.usage = "[--raw] FILE | --unpack FILE DIRECTORY",
	.summary = "save what diagnose reads, for somebody else to look at",
	.help = "Writes a text that holds every file that diagnose reads. Names, addresses,\n"
		"UUIDs and serial numbers are replaced, and of guests' configuration and of\n"
		"scripts only the lines about devices are kept, unless --raw is given. Nothing\n"
		"else is changed.\n"
		"\n"
		"  --raw     nothing replaced or left out\n"
		"  --unpack  make the files again below a directory; then\n"
		"            'vfio-early --root DIRECTORY diagnose' judges that system\n",
};
