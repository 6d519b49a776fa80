/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/json.h"
#include "tools/text/string.h"
#include "tools/text/wrap.h"
#include "tools/diagnose/report/rows.h"

/* Where what is said of a row begins: "FAIL    ". */
enum { INDENT = 8 };

/* A row that is not well shows this much of its evidence unless all is asked for: the
 * remedy is to be seen without turning pages. */
enum { EVIDENCE_SHOWN = 2 };

/* Of a value at least this many columns are shown beside its path. */
enum { VALUE_SHOWN = 16 };

struct printer {
	FILE *to;
	const struct text_style *style;
};

static const char *colour_of(const char *status)
{
	if (strcmp(status, "pass") == 0)
		return "\033[32m";
	if (strcmp(status, "warn") == 0 || strcmp(status, "unknown") == 0)
		return "\033[33m";
	if (strcmp(status, "fail") == 0)
		return "\033[1;31m";
	return "\033[2m";
}

static void print_mark(const struct printer *printer, const char *status)
{
	bool colour = printer->style->colour;

	fprintf(printer->to, "%s%-7s%s ", colour ? colour_of(status) : "",
		strcmp(status, "fail") == 0 ? "FAIL" : status, colour ? "\033[0m" : "");
}

static void print_indented(
	const struct printer *printer, const char *front, const char *text)
{
	fprintf(printer->to, "%*s%s", INDENT, "", front);
	print_wrapped(printer->to, text, INDENT + strlen(front), INDENT + strlen(front),
		printer->style->width);
}

/* What somebody has to do something about, or may have to. */
static bool is_not_well(const json_t *row)
{
	const char *status = json_text_at(row, "status");

	return strcmp(status, "warn") == 0 || strcmp(status, "fail") == 0 ||
	       strcmp(status, "unknown") == 0;
}

static const json_t *commands_of(const json_t *row)
{
	return json_object_get(json_object_get(row, "remedy"), "commands");
}

/* The row printed before that has the same commands for its remedy; NULL: none has, or
 * there are none. */
static const json_t *same_commands(
	const json_t *rows, const bool *printed, const json_t *commands)
{
	size_t i;
	json_t *row;

	json_array_foreach (rows, i, row)
		if (printed[i] && is_not_well(row) && json_array_size(commands) > 0 &&
			json_equal(commands_of(row), commands))
			return row;
	return NULL;
}

/* Commands stay as they are typed, however long they are, and are shown once. */
static void print_remedy(const struct printer *printer, const json_t *remedy,
	const json_t *rows, const bool *printed)
{
	const json_t *commands = json_object_get(remedy, "commands"), *before;
	CLEANUP_FREE char *text = NULL;
	size_t i;
	json_t *command;

	if (!json_is_object(remedy))
		return;
	text = format_text("%s%s", json_text_at(remedy, "text"),
		json_is_true(json_object_get(remedy, "needs_reboot"))
			? " (takes effect with the next boot)"
			: "");
	print_indented(printer, "-> ", text);
	before = same_commands(rows, printed, commands);
	if (before != NULL)
		fprintf(printer->to, "%*s(the commands of %s)\n", INDENT + 3, "",
			json_text_at(before, "id"));
	else
		json_array_foreach (commands, i, command)
			fprintf(printer->to, "%*s# %s\n", INDENT + 3, "",
				json_string_value(command));
}

/* Whom the row is about; "" is the machine. */
static const char *whom(const json_t *row)
{
	return json_object_get(row, "subject") != NULL ? json_text_at(row, "subject")
						       : json_text_at(row, "device");
}

static bool has_detail(const struct printer *printer, const json_t *row)
{
	return printer->style->verbose || is_not_well(row);
}

/* Rows that say the same of several devices are one line. */
static bool are_alike(
	const struct printer *printer, const json_t *one, const json_t *other)
{
	return !has_detail(printer, one) && whom(one)[0] != '\0' &&
	       strcmp(json_text_at(one, "id"), json_text_at(other, "id")) == 0 &&
	       strcmp(json_text_at(one, "status"), json_text_at(other, "status")) == 0 &&
	       strcmp(json_text_at(one, "title"), json_text_at(other, "title")) == 0;
}

/* "PATH = VALUE" on one line: the value gives way first, since the path says where to
 * look. */
static void print_item(const struct printer *printer, const json_t *item)
{
	const char *path = json_text_at(item, "path");
	const char *value = json_text_at(item, "value");
	size_t width = printer->style->width, fixed = INDENT + strlen(" = ");
	CLEANUP_FREE char *line = NULL;
	CLEANUP_FREE char *fitting = NULL;

	fixed += text_columns(path);
	if (width == 0 || fixed + text_columns(value) <= width) {
		line = format_text("%s = %s", path, value);
		fitting = copy_text(line);
	} else if (fixed + VALUE_SHOWN <= width) {
		line = cut_middle(value, width - fixed);
		fitting = format_text("%s = %s", path, line);
	} else {
		line = format_text("%s = %s", path, value);
		fitting = cut_middle(line, width - INDENT);
	}
	fprintf(printer->to, "%*s%s\n", INDENT, "", fitting);
}

/* Whether a row that is printed has this evidence, or this row further above. */
static bool is_said(const json_t *rows, const bool *printed, const json_t *item)
{
	size_t i, j;
	json_t *row, *other;

	json_array_foreach (rows, i, row)
		json_array_foreach (json_object_get(row, "evidence"), j, other)
			if (printed[i] && is_not_well(row) && json_equal(other, item))
				return true;
	return false;
}

/* What is new in it. A row whose commands are another's follows from that one. */
static void print_evidence(const struct printer *printer, const json_t *row,
	const json_t *rows, const bool *printed)
{
	const json_t *evidence = json_object_get(row, "evidence");
	bool all = printer->style->all;
	json_t *news = json_array(), *item;
	size_t count, shown, i;

	json_array_foreach (evidence, i, item)
		if (all || !is_said(rows, printed, item))
			json_array_append(news, item);
	count = json_array_size(news);
	/* "1 more" takes as much room as the one */
	shown = all || count <= EVIDENCE_SHOWN + 1 ? count : EVIDENCE_SHOWN;
	if (!all && same_commands(rows, printed, commands_of(row)) != NULL)
		count = shown = 0;
	for (i = 0; i < shown; i++)
		print_item(printer, json_array_get(news, i));
	if (shown < count)
		fprintf(printer->to, "%*s(and %zu more; --all has them)\n", INDENT, "",
			count - shown);
	json_decref(news);
}

/* "DRV-BOUND 0000:01:00.0, 0000:03:00.0: TITLE": the row at `first`, and with it those
 * of the same check that say the same, which count as printed. */
static char *sentence_of(
	const struct printer *printer, const json_t *rows, size_t first, bool *printed)
{
	const json_t *row = json_array_get(rows, first);
	size_t size, i;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	fprintf(to, "%s%s%s", json_text_at(row, "id"), whom(row)[0] != '\0' ? " " : "",
		whom(row));
	for (i = first + 1; i < json_array_size(rows); i++) {
		const json_t *other = json_array_get(rows, i);

		if (strcmp(json_text_at(row, "id"), json_text_at(other, "id")) != 0)
			break;
		if (!are_alike(printer, row, other))
			continue;
		fprintf(to, ", %s", whom(other));
		printed[i] = true;
	}
	fprintf(to, ": %s", json_text_at(row, "title"));
	fclose(to);
	return text;
}

static void print_row(
	const struct printer *printer, const json_t *rows, size_t first, bool *printed)
{
	const json_t *row = json_array_get(rows, first);
	CLEANUP_FREE char *text = sentence_of(printer, rows, first, printed);

	print_mark(printer, json_text_at(row, "status"));
	print_wrapped(printer->to, text, INDENT, INDENT, printer->style->width);
	if (has_detail(printer, row)) {
		print_evidence(printer, row, rows, printed);
		print_remedy(printer, json_object_get(row, "remedy"), rows, printed);
	}
	printed[first] = true;
}

/* The worst first; all of them stand in the catalogue's order. */
void report_print_rows(const json_t *rows, FILE *to, const struct text_style *style)
{
	const struct printer printer = {to, style};
	static const char *const order[] = {"fail", "warn", "unknown"};
	size_t count = json_array_size(rows), shown = 0;
	size_t passes = style->all ? 1 : ARRAY_SIZE(order);
	CLEANUP_FREE bool *printed = allocate_more(NULL, count + 1);

	memset(printed, false, count + 1);
	for (size_t pass = 0; pass < passes; pass++)
		for (size_t i = 0; i < count; i++) {
			const json_t *row = json_array_get(rows, i);

			if (printed[i] ||
				(!style->all && strcmp(json_text_at(row, "status"),
							order[pass]) != 0))
				continue;
			if (shown++ == 0)
				fputc('\n', to);
			print_row(&printer, rows, i, printed);
		}
}
