/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <string.h>

#include "tools/text/json.h"
#include "tools/text/string.h"
#include "tools/text/wrap.h"
#include "tools/diagnose/report/tally.h"
#include "tools/diagnose/report/text.h"

/* A name is worth as many: before it has fewer, other words go. */
enum { NAME_SHOWN = 16, NAME_LEAST = 8 };

/* Where a line of a card goes on, if it has to. */
enum { INDENT = 4 };

/* What of a name people know the card by: "GeForce RTX 5060 Ti" in brackets at its end,
 * or what follows the maker's brackets. malloc'ed. */
static char *short_name(const char *name)
{
	const char *open = strrchr(name, '['), *close;

	if (open == NULL || (close = strchr(open, ']')) == NULL)
		return copy_text(name);
	if (close[1] == ' ' && close[2] != '\0')
		return copy_text(close + 2);
	return format_text("%.*s", (int)(close - open) - 1, open + 1);
}

/* The card's name, cut to the columns that the rest of its line leaves. */
static char *fitting_name(const json_t *intent, size_t room)
{
	const char *name = json_text_at(intent, "name");
	CLEANUP_FREE char *whole =
		format_text("%s [%s]", name, json_text_at(intent, "id"));
	CLEANUP_FREE char *shorter = short_name(name);

	if (text_columns(whole) <= room)
		return copy_text(whole);
	if (text_columns(name) <= room)
		return copy_text(name);
	return cut_middle(shorter, room > NAME_LEAST ? room : NAME_LEAST);
}

static void print_intent(const json_t *intent, FILE *to, const struct text_style *style)
{
	static const char asked[] = ", as asked";
	const char *address = json_text_at(intent, "address");
	const char *purpose = json_text_at(intent, "purpose");
	size_t width = style->width, length = strlen(purpose), i;
	size_t fixed = strlen(address) + strlen(" : ") + text_columns(purpose);
	CLEANUP_FREE char *name = NULL;
	CLEANUP_FREE char *line = NULL;
	json_t *evidence;

	/* who asked knows it */
	if (width > 0 && fixed + NAME_SHOWN > width && length > strlen(asked) &&
		strcmp(purpose + length - strlen(asked), asked) == 0) {
		length -= strlen(asked);
		fixed -= strlen(asked);
	}
	name = fitting_name(intent, width == 0	    ? SIZE_MAX
				    : width > fixed ? width - fixed
						    : 0);
	line = format_text("%s %s: %.*s", address, name, (int)length, purpose);
	print_wrapped(to, line, 0, INDENT, width);
	if (!style->all)
		return;
	json_array_foreach (json_object_get(intent, "evidence"), i, evidence)
		fprintf(to, "    %s: %s\n", json_text_at(evidence, "path"),
			json_text_at(evidence, "value"));
}

static void print_summary(const json_t *report, FILE *to, const struct text_style *style)
{
	static const char *const order[] = {
		"pass", "info", "warn", "fail", "skip", "unknown", NULL};
	CLEANUP_FREE char *counts = report_tally(report, order);
	size_t i;
	json_t *item;

	fputc('\n', to);
	print_wrapped(to, counts, 0, 0, style->width);
	json_array_foreach (json_object_get(report, "verdict"), i, item)
		print_wrapped(to, json_string_value(item), 0, 0, style->width);
}

void report_print_text(const json_t *report, FILE *to, const struct text_style *style)
{
	size_t i;
	json_t *item;

	json_array_foreach (json_object_get(report, "notes"), i, item) {
		print_wrapped(to, json_string_value(item), 0, 0, style->width);
		fputc('\n', to);
	}
	json_array_foreach (json_object_get(report, "intents"), i, item)
		print_intent(item, to, style);
	report_print_rows(json_object_get(report, "checks"), to, style);
	print_summary(report, to, style);
}
