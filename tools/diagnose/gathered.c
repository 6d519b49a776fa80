/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/diagnose/gathered.h"

static int rank(enum check_status status)
{
	static const int ranks[] = {
		[CHECK_PASS] = 0,
		[CHECK_SKIP] = 0,
		[CHECK_INFO] = 1,
		[CHECK_UNKNOWN] = 2,
		[CHECK_WARN] = 3,
		[CHECK_FAIL] = 4,
	};

	return ranks[status];
}

void gather(struct gathered *gathered, enum check_status status, const char *path,
	const char *value, const char *sentence, ...)
{
	va_list list;

	lines_add(&gathered->path, "%s", path);
	lines_add(&gathered->value, "%s", value);
	if (rank(status) < rank(gathered->status))
		return;
	if (rank(status) > rank(gathered->status) || gathered->sentence == NULL) {
		free(gathered->sentence);
		va_start(list, sentence);
		gathered->sentence = format_list(sentence, list);
		va_end(list);
		gathered->count = 0;
	}
	gathered->status = status;
	gathered->count++;
}

void gather_evidence(struct gathered *gathered, const char *path, const char *value, ...)
{
	va_list list;
	char *text;

	va_start(list, value);
	text = format_list(value, list);
	va_end(list);
	lines_add(&gathered->path, "%s", path);
	lines_add(&gathered->value, "%s", text);
	free(text);
}

void gathered_say(struct gathered *gathered, struct findings *findings,
	const char *subject, const char *well, ...)
{
	va_list list;

	if (gathered->status == CHECK_PASS || gathered->sentence == NULL) {
		free(gathered->sentence);
		va_start(list, well);
		gathered->sentence = format_list(well, list);
		va_end(list);
		gathered->count = 1;
	}
	if (gathered->count > 1)
		finding(findings, gathered->status, "%s (and %zu more)",
			gathered->sentence, gathered->count - 1);
	else
		finding(findings, gathered->status, "%s", gathered->sentence);
	if (subject != NULL)
		finding_subject(findings, subject);
	for (size_t i = 0; i < gathered->path.count; i++)
		finding_evidence(
			findings, gathered->path.line[i], "%s", gathered->value.line[i]);
	lines_free(&gathered->path);
	lines_free(&gathered->value);
	free(gathered->sentence);
	*gathered = (struct gathered){0};
}
