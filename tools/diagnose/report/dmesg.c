/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "tools/text/printable.h"
#include "tools/text/string.h"
#include "tools/diagnose/report/dmesg.h"

static bool holds(const char *line, const char *const *words, bool any_case)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (any_case ? strcasestr(line, words[i]) != NULL
			     : strstr(line, words[i]) != NULL)
			return true;
	return false;
}

static void grep_record(FILE *to, const struct log_record *record,
	const char *const *words, bool any_case)
{
	const char *said = record->raw != NULL ? record->raw : record->text;
	CLEANUP_FREE char *text = printable_text(said, "\t\n\v\f\r");
	CLEANUP_FREE char *stamp = format_text(
		"[%5llu.%06llu] ", record->time / 1000000, record->time % 1000000);
	CLEANUP_FREE char *indent = format_text("%*s", (int)strlen(stamp), "");
	const char *front = stamp;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		CLEANUP_FREE char *whole = format_text("%s%s", front, line);

		/* behind the last newline there is nothing to indent */
		if (holds(whole, words, any_case))
			fprintf(to, "%s\n", whole);
		front = indent;
	}
}

char *dmesg_grep(const struct log *log, const char *const *words, bool any_case)
{
	size_t size;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	for (size_t i = 0; i < log->count; i++)
		grep_record(to, &log->record[i], words, any_case);
	fclose(to);
	return text;
}
