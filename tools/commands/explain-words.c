/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cmdline/cmdline.h"
#include "tools/commands/explain-json.h"
#include "tools/commands/explain-text.h"
#include "tools/commands/explain-words.h"
#include "tools/selection/refuse-flag.h"
#include "tools/system/root.h"
#include "tools/text/json.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"

/*
 * A whole command line has the flag in it, or at least a space; what has neither is the
 * flag's value alone.
 */
static char *read_words(int argc, char **argv, char **why)
{
	CLEANUP_FREE char *value = NULL;
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
	if (flag.state != FLAG_ABSENT || strchr(line, ' ') != NULL)
		return line;
	value = line;
	return format_text(FLAG_NAME "=%s", value);
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
		print_plain("%s\n", lines.line[i]);
	lines_free(&lines);
}

static int print_explanation_json(const struct prediction *prediction,
	const struct devices *devices, const struct wrong_words *wrong,
	const struct lines *notes)
{
	const struct flag *flag = &prediction->flag;

	return json_print(json_pack("{s:o, s:o, s:o, s:o, s:o}", "state",
		json_text(state_text(flag->state)), "flag",
		flag->state != FLAG_ABSENT
			? json_text_of(flag->value.text, flag->value.length)
			: json_null(),
		"wrong", wrong_words_json(wrong), "devices",
		explain_devices_json(prediction, devices), "notes", json_lines(notes)));
}

/* What enable would refuse or warn of, since nobody asks it about typed words. */
static void note_refusals(const struct prediction *prediction,
	const struct devices *devices, struct lines *notes)
{
	struct lines refused = {0}, warnings = {0};

	refuse_flag(devices, prediction, &refused, &warnings);
	for (size_t i = 0; i < refused.count; i++)
		lines_add(notes, "'vfio-early enable' refuses this: %s", refused.line[i]);
	for (size_t i = 0; i < warnings.count; i++)
		lines_add(notes, "%s", warnings.line[i]);
	lines_free(&refused);
	lines_free(&warnings);
}

int explain_words(const struct options *options, const struct devices *devices, int argc,
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
	note_refusals(prediction, devices, &notes);
	status = wrong.count > 0 ? STATUS_FAILED : STATUS_OK;
	if (!options->json)
		print_explanation(prediction, devices, &wrong, &notes);
	else if (print_explanation_json(prediction, devices, &wrong, &notes) < 0)
		status = STATUS_USAGE;
	wrong_words_free(&wrong);
	lines_free(&notes);
	return status;
}
