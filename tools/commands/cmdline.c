/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/cmdline.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/selection/choose.h"
#include "tools/kernel/parameters.h"
#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/commands/explain-json.h"
#include "tools/commands/explain-text.h"
#include "tools/kernel/iommu.h"
#include "tools/text/json.h"
#include "tools/system/root.h"

/* The words for devices. */

/* Whether the entry before is of the same card and says the same. */
static bool is_repeated(const struct plan *plan, unsigned int i)
{
	return i > 0 && plan->entry[i - 1].reason == plan->entry[i].reason &&
	       pci_same_slot(&plan->entry[i - 1].device->function.address,
		       &plan->entry[i].device->function.address);
}

/* Devices that the words name but that stay with the host all the same. */
static void warn_of_leaving(
	const struct prediction *prediction, const struct devices *devices)
{
	for (unsigned int i = 0; i < prediction->plan.count; i++) {
		const struct plan_entry *entry = &prediction->plan.entry[i];
		const struct pci_device *device =
			devices_find(devices, &entry->device->function.address);
		CLEANUP_FREE char *what = explain_entry(prediction, entry);

		if (entry->action == ACTION_LEAVE && device != NULL &&
			entry->reason != REASON_SIBLING &&
			!is_repeated(&prediction->plan, i))
			print_message("note: with these words %s %s",
				pci_device_short(device), what);
	}
}

static int print_words(
	const struct options *options, const struct devices *devices, const char *value)
{
	const char *iommu = iommu_words();
	CLEANUP_FREE char *flag = format_text(FLAG_NAME "=%s", value);
	CLEANUP_FREE char *words = passthrough_parameters(value);
	CLEANUP_FREE char *why = NULL;
	struct prediction *prediction = predict_boot(words, true, &why);
	int status = STATUS_OK;

	if (prediction == NULL) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	warn_of_leaving(prediction, devices);
	if (!options->json)
		puts(words);
	else if (json_print(json_pack("{s:o, s:o, s:o, s:o}", "words", json_text(words),
			 "flag", json_text(flag), "iommu", json_text(iommu), "devices",
			 explain_devices_json(prediction, devices))) < 0)
		status = STATUS_USAGE;
	free(prediction);
	return status;
}

static int choose(const struct devices *devices, int argc, char **argv, char **value)
{
	CLEANUP_FREE char *why = NULL;
	struct conf conf = {0};
	int error;

	if (argc > 0) {
		error = choose_named(devices, argv, (size_t)argc, value, &why);
	} else {
		error = conf_load(&conf, &why);
		if (error == 0)
			error = choose_unnamed(devices, &conf, value, &why);
		conf_free(&conf);
	}
	if (error == 0)
		return STATUS_OK;
	print_message("%s", why);
	return error == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
}

/* What words do here. */

/*
 * A whole command line has the flag in it, or at least a space; what has neither is the
 * flag's value alone.
 */
static char *read_words(int argc, char **argv, char **why)
{
	char *line = NULL;
	struct flag flag;

	if (argc == 0) {
		int error = root_read("/proc/cmdline", &line, NULL);

		if (error < 0)
			*why = format_text("cannot read %s/proc/cmdline: %s",
				root_directory, strerror(-error));
		return line;
	}
	line = copy_text(argv[0]);
	for (int i = 1; i < argc; i++) {
		text_append(&line, " %s", argv[i]);
	}
	flag_find(line, strlen(line), &flag);
	if (flag.state == FLAG_ABSENT && strchr(line, ' ') == NULL) {
		char *longer = format_text(FLAG_NAME "=%s", line);

		free(line);
		line = longer;
	}
	return line;
}

/* What is odd about the line, but not wrong. */
static void find_notes(const char *line, const struct flag *flag, struct lines *notes)
{
	struct cmdline cmdline = cmdline_read(line, strlen(line));
	struct parameter parameter;
	unsigned int flags = 0;

	while (cmdline_next(&cmdline, &parameter)) {
		flags += parameter_is(&parameter, FLAG_NAME);
		if (parameter_is(&parameter, "amd_iommu") &&
			span_is(parameter.value, "on"))
			lines_add(notes, "amd_iommu=on is no option of the kernel: AMD's "
					 "IOMMU is on by itself");
	}
	if (flags > 1)
		lines_add(notes, "%s= stands there %u times; the last one counts",
			FLAG_NAME, flags);
	if (cmdline.ended && flag->state == FLAG_ABSENT)
		lines_add(notes, "what stands behind \"--\" is not for the kernel");
	if (cmdline.cut)
		lines_add(notes,
			"the line is longer than the %d bytes that the kernel "
			"takes; the rest is lost",
			CMDLINE_SIZE - 1);
}

static const char *state_text(enum flag_state state)
{
	switch (state) {
	case FLAG_ABSENT:
		return "absent";
	case FLAG_OFF:
		return "off";
	case FLAG_ON:
		return "on";
	case FLAG_BAD:
		return "bad";
	}
	return "";
}

static void say_state(const struct flag *flag, struct lines *lines)
{
	switch (flag->state) {
	case FLAG_ABSENT:
		lines_add(lines,
			"There is no %s= in these words: every device stays with "
			"the host.",
			FLAG_NAME);
		break;
	case FLAG_OFF:
		lines_add(lines, "The flag is off: every device stays with the host.");
		break;
	case FLAG_BAD:
		lines_add(lines, "The flag cannot be read: every device stays with the "
				 "host.");
		break;
	case FLAG_ON:
		lines_add(lines, "Every other device stays with the host.");
		break;
	}
}

static void print_explanation(const struct prediction *prediction,
	const struct devices *devices, const struct wrong_words *wrong,
	const struct lines *notes)
{
	struct lines lines = {0};

	for (size_t i = 0; i < wrong->count; i++) {
		lines_add(&lines, "Wrong:");
		wrong_word_echo(&wrong->word[i], &lines);
		lines_add(&lines, "%s", "");
	}
	explain_devices(prediction, devices, &lines);
	say_state(&prediction->flag, &lines);
	for (size_t i = 0; i < notes->count; i++)
		lines_add(&lines, "Note: %s.", notes->line[i]);
	for (size_t i = 0; i < lines.count; i++)
		puts(lines.line[i]);
	lines_free(&lines);
}

static int print_explanation_json(const struct prediction *prediction,
	const struct devices *devices, const struct wrong_words *wrong,
	const struct lines *notes)
{
	const struct flag *flag = &prediction->flag;
	json_t *list = json_array();

	for (size_t i = 0; i < notes->count; i++)
		json_array_append_new(list, json_text(notes->line[i]));
	return json_print(json_pack("{s:o, s:o, s:o, s:o, s:o}", "state",
		json_text(state_text(flag->state)), "flag",
		flag->state != FLAG_ABSENT
			? json_text_of(flag->value.text, flag->value.length)
			: json_null(),
		"wrong", wrong_words_json(wrong), "devices",
		explain_devices_json(prediction, devices), "notes", list));
}

static int explain(const struct options *options, const struct devices *devices, int argc,
	char **argv)
{
	CLEANUP_FREE char *why = NULL;
	CLEANUP_FREE char *line = read_words(argc, argv, &why);
	CLEANUP_FREE struct prediction *prediction =
		line != NULL ? predict_boot(line, true, &why) : NULL;
	struct wrong_words wrong;
	struct lines notes = {0};
	int status;

	if (prediction == NULL) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	wrong_words_find(prediction, devices, &wrong);
	find_notes(line, &prediction->flag, &notes);
	status = wrong.count > 0 ? STATUS_FAILED : STATUS_OK;
	if (!options->json)
		print_explanation(prediction, devices, &wrong, &notes);
	else if (print_explanation_json(prediction, devices, &wrong, &notes) < 0)
		status = STATUS_USAGE;
	wrong_words_free(&wrong);
	lines_free(&notes);
	return status;
}

static const struct option cmdline_options[] = {{"explain", no_argument, NULL, 'e'}, {0}};

/*
 * Takes the options out of the line; what is left are the words, in argv[1] and behind,
 * and the result is their number. A kernel command line may have a "--" of its own, which
 * stays unless it is in front of the first word.
 */
static int take_options(int argc, char **argv, bool *explaining)
{
	int option, words = 0;

	while ((option = options_next(&command_cmdline, argc, argv)) != -1) {
		if (option == OPTIONS_WORD)
			argv[++words] = optarg;
		else
			*explaining = *explaining || option == 'e';
	}
	if (words > 0 && strcmp(argv[optind - 1], "--") == 0 &&
		argv[words] != argv[optind - 1])
		argv[++words] = argv[optind - 1];
	while (optind < argc)
		argv[++words] = argv[optind++];
	return words;
}

static int run_cmdline(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *value = NULL;
	CLEANUP_FREE char *why = NULL;
	struct devices devices = {0};
	bool explaining = false;
	int status;

	argc = take_options(argc, argv, &explaining);
	argv++;
	if (devices_read(&devices, &why) < 0) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	if (explaining) {
		status = explain(options, &devices, argc, argv);
	} else {
		status = choose(&devices, argc, argv, &value);
		if (status == STATUS_OK)
			status = print_words(options, &devices, value);
	}
	devices_free(&devices);
	return status;
}

const struct command command_cmdline = {
	.name = "cmdline",
	.run = run_cmdline,
	.options = cmdline_options,
	.letters = "-e", /* in their order */
	.usage = "[DEVICE...] | --explain [WORDS]",
	.summary =
		"the kernel parameters that select devices, or what parameters do here",
	.help = "Without a DEVICE: the cards that were chosen before, or the only one that is not\n"
		"the boot display. A DEVICE is an address (01:00, or 01:00.1 for its card), a path\n"
		"(00:01.0/00), an ID (10de:2d04), an ID at a place (10de:2d04@01:00), or what\n"
		"lspci takes behind -s and -d.\n\n"
		"  -e, --explain  what WORDS do on this machine, device by device, and which of\n"
		"                 them are wrong. WORDS is a kernel command line, or the value of\n"
		"                 " FLAG_NAME
		"= alone; without it, the running kernel's. The exit status\n"
		"                 is 1 if a word is wrong.\n",
};
