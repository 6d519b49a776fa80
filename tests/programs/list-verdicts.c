/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list-verdicts <REPORTS: which verdicts of the checks no row of these JSON reports of
 * diagnose says, one a line: "STATUS TITLE -> REMEDY". With a word as its argument: all
 * verdicts.
 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "tools/diagnose/verdict.h"

/* What the linker puts around them: see VERDICT. */
extern const struct verdict __start_verdicts[], __stop_verdicts[];

/* Whether nothing is left of a text but what a check may add: "(and 2 more)", more
 * commands, or to a remedy what else is to be done. */
static bool is_end(const char *text)
{
	static const char *const added[] = {"\n", " (and ", "; ", ", then "};

	for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++)
		if (strncmp(text, added[i], strlen(added[i])) == 0)
			return true;
	return *text == '\0';
}

/* Whether a text is what a sentence becomes with some words in place of {NAME}. */
static bool fits(const char *sentence, const char *text)
{
	size_t plain = strcspn(sentence, "{");
	const char *rest = sentence + plain + strcspn(sentence + plain, "}");

	if (strncmp(sentence, text, plain) != 0)
		return false;
	text += plain;
	if (*rest == '\0')
		return is_end(text);
	for (;; text++) {
		if (fits(rest + 1, text))
			return true;
		if (*text == '\0')
			return false;
	}
}

static bool commands_fit(const struct verdict *verdict, const json_t *remedy)
{
	char text[4096] = "";
	json_t *command;
	size_t i;

	if (verdict->commands == NULL)
		return true;
	json_array_foreach (json_object_get(remedy, "commands"), i, command) {
		size_t length = strlen(text);

		snprintf(text + length, sizeof(text) - length, "%s%s",
			length > 0 ? "\n" : "", json_string_value(command));
	}
	return fits(verdict->commands, text);
}

static bool says(const json_t *row, const struct verdict *verdict)
{
	const char *status = json_string_value(json_object_get(row, "status"));
	const char *title = json_string_value(json_object_get(row, "title"));
	const json_t *remedy = json_object_get(row, "remedy");
	const char *text = json_string_value(json_object_get(remedy, "text"));

	if (strcmp(status, check_status_name(verdict->status)) != 0 &&
		(!verdict->for_vm || strcmp(status, "info") != 0))
		return false;
	if (!fits(verdict->title, title))
		return false;
	if (verdict->remedy != NULL && (text == NULL || !fits(verdict->remedy, text)))
		return false;
	return commands_fit(verdict, remedy);
}

static bool is_said(const json_t *rows, const struct verdict *verdict)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (says(row, verdict))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	json_t *rows = json_array(), *report;

	(void)argv;
	while (argc == 1 &&
		(report = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
		json_array_extend(rows, json_object_get(report, "checks"));
		json_decref(report);
	}
	for (const struct verdict *verdict = __start_verdicts; verdict < __stop_verdicts;
		verdict++)
		if (!is_said(rows, verdict))
			printf("%s %s%s%s\n", check_status_name(verdict->status),
				verdict->title, verdict->remedy != NULL ? " -> " : "",
				verdict->remedy != NULL ? verdict->remedy : "");
	return 0;
}
