/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/system/terminal.h"
#include "tools/text/lines.h"
#include "tools/text/printable.h"
#include "tools/text/string.h"
#include "tools/commands/command.h"
#include "tools/text/json.h"
#include "tools/commands/diagnose-options.h"
#include "tools/system/output.h"
#include "tools/diagnose/privacy/redact.h"
#include "tools/diagnose/report/document.h"
#include "tools/diagnose/report/markdown.h"
#include "tools/diagnose/report/prometheus.h"
#include "tools/diagnose/report/text.h"
#include "tools/diagnose/runner.h"
#include "tools/diagnose/checks/signatures.h"
#include "tools/diagnose/checks/catalogue.h"
#include "tools/diagnose/findings.h"

static int list_checks(bool json)
{
	json_t *array = json_array();

	for (size_t i = 0; check_at(i) != NULL; i++) {
		const struct check *check = check_at(i);

		if (!json)
			print_plain("%-20s %s\n", check->id, check->about);
		json_array_append_new(array,
			json_pack("{ss ss}", "id", check->id, "about", check->about));
	}
	if (json)
		return json_print(json_pack("{so}", "checks", array)) < 0 ? STATUS_USAGE
									  : STATUS_OK;
	json_decref(array);
	return STATUS_OK;
}

static json_t *describe_signature(const struct signature *signature)
{
	json_t *said = json_array();

	for (size_t i = 0; i < SIGNATURE_TEXTS && signature->said[i].text != NULL; i++)
		json_array_append_new(
			said, json_pack("{ss so so}", "text", signature->said[i].text,
				      "since", json_text(signature->said[i].since),
				      "until", json_text(signature->said[i].until)));
	return json_pack("{ss so ss ss ss ss so}", "id", signature->id, "said", said,
		"for_vm", check_status_name(signature->vm), "for_host",
		check_status_name(signature->host), "cause", signature->cause, "fix",
		signature->fix, "supports", json_text(signature->check));
}

static int list_signatures(bool json)
{
	json_t *array = json_array();

	for (size_t i = 0; i < signature_count; i++) {
		if (!json)
			print_plain("%-5s %s\n", signatures[i].id, signatures[i].cause);
		json_array_append_new(array, describe_signature(&signatures[i]));
	}
	if (json)
		return json_print(json_pack("{so}", "signatures", array)) < 0
			       ? STATUS_USAGE
			       : STATUS_OK;
	json_decref(array);
	return STATUS_OK;
}

/* The terminal's own wish, and https://no-color.org. */
static bool use_colour(const struct wanted *wanted)
{
	const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");

	if (wanted->colour >= 0)
		return wanted->colour == 1;
	return wanted->output == NULL && isatty(STDOUT_FILENO) &&
	       (none == NULL || none[0] == '\0') && terminal != NULL &&
	       strcmp(terminal, "dumb") != 0;
}

/* Runs the checks that are wanted. 0 or -errno. */
static int make_report(const struct wanted *wanted, json_t *report)
{
	const struct check **checks = NULL;
	struct diagnosis run = {
		.request = wanted->request,
		.collector = collectors,
		.seconds = wanted->seconds,
		.describe = wanted->format == FORMAT_MARKDOWN ? report_describe_whole
							      : report_describe,
	};
	json_t *ignored = json_array();
	int error;

	for (size_t i = 0; check_at(i) != NULL; i++) {
		const struct check *check = check_at(i);

		if (lines_has(&wanted->ignore, check->id)) {
			json_array_append_new(ignored, json_string(check->id));
			continue;
		}
		if (wanted->only.count > 0 && !lines_has(&wanted->only, check->id))
			continue;
		checks = allocate_more(
			checks, (run.checks + 1) * sizeof(const struct check *));
		checks[run.checks++] = check;
	}
	run.check = checks;
	json_object_set_new(report, "ignored", ignored);
	json_object_set_new(report, "tool", json_string("vfio-early " VERSION));
	json_object_set_new(report, "redacted", json_boolean(!wanted->request.raw));
	error = run_checks(&run, report);
	free(checks);
	return error;
}

static void print(const struct wanted *wanted, json_t *report, FILE *to)
{
	const struct text_style style = {
		.colour = use_colour(wanted),
		/* whoever asks for one check wants its answer, whatever it is */
		.all = wanted->all || wanted->verbose || wanted->only.count > 0,
		.verbose = wanted->verbose,
		.width = wanted->output == NULL ? terminal_width(STDOUT_FILENO) : 0,
	};

	if (wanted->format != FORMAT_JSON)
		report_make_printable(report);
	switch (wanted->format) {
	case FORMAT_TEXT:
		report_print_text(report, to, &style);
		break;
	case FORMAT_MARKDOWN:
		report_print_markdown(report, to);
		break;
	case FORMAT_JSON:
		json_write(report, to);
		break;
	case FORMAT_PROM:
		report_print_prom(report, to);
		break;
	}
}

static bool print_anywhere(const struct wanted *wanted, json_t *report)
{
	CLEANUP_FREE char *why = NULL;
	struct output output;
	mode_t mode;

	if (wanted->output == NULL) {
		print(wanted, report, stdout);
		return true;
	}
	/* node_exporter, for which prom is, runs as another user */
	mode = wanted->format == FORMAT_PROM ? 0644 : 0600;
	if (output_begin(&output, wanted->output, mode, &why) == 0) {
		print(wanted, report, output.to);
		if (output_finish(&output, &why) == 0)
			return true;
	}
	print_message("%s", why);
	return false;
}

static int diagnose(const struct wanted *wanted)
{
	json_t *report = json_object(), *item;
	int error = make_report(wanted, report), status = STATUS_USAGE;
	size_t i;

	json_array_foreach (json_object_get(report, "wrong"), i, item) {
		CLEANUP_FREE char *text = printable_text(json_string_value(item), "\n");

		print_message("%s", text);
	}
	if (error < 0) {
		print_message("the diagnosis could not be run: %s", strerror(-error));
	} else if (i == 0) {
		report_conclude(report, &wanted->request, wanted->strict);
		status = (int)json_integer_value(json_object_get(report, "exit"));
		if (!wanted->request.raw) {
			struct redaction redaction;

			redact_begin(&redaction);
			redact_json(&redaction, report);
			redact_end(&redaction);
		}
		if (!print_anywhere(wanted, report))
			status = STATUS_USAGE;
	}
	json_decref(report);
	return status;
}

static int run_diagnose(const struct options *options, int argc, char **argv)
{
	struct wanted wanted = {
		.request = {.machine = -1},
		.format = options->json ? FORMAT_JSON : FORMAT_TEXT,
		.colour = -1,
		.seconds = 5,
	};
	int status = STATUS_USAGE;

	if (!diagnose_options_read(argc, argv, &wanted))
		fputs("Try 'vfio-early help diagnose'.\n", stderr);
	else if (wanted.list == LIST_CHECKS)
		status = list_checks(wanted.format == FORMAT_JSON);
	else if (wanted.list == LIST_SIGNATURES)
		status = list_signatures(wanted.format == FORMAT_JSON);
	else
		status = diagnose(&wanted);
	diagnose_options_free(&wanted);
	return status;
}

const struct command command_diagnose = {
	.name = "diagnose",
	.run = run_diagnose,
	.options = diagnose_options,
	.usage =
		"[--ct N|NAME | --vm N | --domain NAME | --want vm|host] [OPTION]... [DEVICE]...",
	.summary = "what stands between a card and the VM or container that wants it",
	.help = diagnose_help,
};
