/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/text/string.h"
#include "tools/diagnose/report/tally.h"

char *report_tally(const json_t *report, const char *const *order)
{
	const json_t *summary = json_object_get(report, "summary");
	char *text = NULL;
	json_t *item;
	size_t i;

	for (i = 0; order[i] != NULL; i++)
		text_append(&text, "%s%lld %s", i > 0 ? ", " : "",
			(long long)json_integer_value(json_object_get(summary, order[i])),
			order[i]);
	json_array_foreach (json_object_get(report, "ignored"), i, item)
		text_append(&text, "%s%s",
			i > 0 ? ", " : "; ignored: ", json_string_value(item));
	return text;
}
