/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for people: one line a check, what to do below it. */
#include <string.h>

#include "tools/text/json.h"
#include "tools/text/string.h"
#include "tools/diagnose/report/document.h"

struct printer {
	FILE *to;
	bool colour, verbose;
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
	fprintf(printer->to, "%s%-7s%s ", printer->colour ? colour_of(status) : "",
		strcmp(status, "fail") == 0 ? "FAIL" : status,
		printer->colour ? "\033[0m" : "");
}

static void print_remedy(const struct printer *printer, const json_t *remedy)
{
	size_t i;
	json_t *command;

	if (!json_is_object(remedy))
		return;
	fprintf(printer->to, "        -> %s%s\n", json_text_at(remedy, "text"),
		json_is_true(json_object_get(remedy, "needs_reboot"))
			? " (takes effect with the next boot)"
			: "");
	json_array_foreach(json_object_get(remedy, "commands"), i, command)
		fprintf(printer->to, "           # %s\n", json_string_value(command));
}

/* Whom the row is about; "" is the machine. */
static const char *whom(const json_t *row)
{
	return json_object_get(row, "subject") != NULL ? json_text_at(row, "subject")
						       : json_text_at(row, "device");
}

static bool has_detail(const struct printer *printer, const json_t *row)
{
	const char *status = json_text_at(row, "status");

	return printer->verbose || strcmp(status, "warn") == 0 ||
	       strcmp(status, "fail") == 0 || strcmp(status, "unknown") == 0;
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

/* Prints the row at `first`, and with it those of the same check that say the same. */
static void print_row(
	const struct printer *printer, const json_t *rows, size_t first, bool *printed)
{
	const json_t *row = json_array_get(rows, first);
	const json_t *evidence = json_object_get(row, "evidence"), *item;
	size_t i;

	print_mark(printer, json_text_at(row, "status"));
	fprintf(printer->to, "%s%s%s", json_text_at(row, "id"),
		whom(row)[0] != '\0' ? " " : "", whom(row));
	for (i = first + 1; i < json_array_size(rows); i++) {
		const json_t *other = json_array_get(rows, i);

		if (strcmp(json_text_at(row, "id"), json_text_at(other, "id")) != 0)
			break;
		if (!are_alike(printer, row, other))
			continue;
		fprintf(printer->to, ", %s", whom(other));
		printed[i] = true;
	}
	fprintf(printer->to, ": %s\n", json_text_at(row, "title"));
	if (!has_detail(printer, row))
		return;
	for (i = 0; i < json_array_size(evidence); i++) {
		item = json_array_get(evidence, i);
		fprintf(printer->to, "        %s = %s\n", json_text_at(item, "path"),
			json_text_at(item, "value"));
	}
	print_remedy(printer, json_object_get(row, "remedy"));
}

static void print_checks(const struct printer *printer, const json_t *rows)
{
	size_t count = json_array_size(rows);
	CLEANUP_FREE bool *printed = allocate_more(NULL, count + 1);

	memset(printed, false, count + 1);
	for (size_t i = 0; i < count; i++)
		if (!printed[i])
			print_row(printer, rows, i, printed);
}

static void print_intent(const struct printer *printer, const json_t *intent)
{
	size_t i;
	json_t *evidence;

	fprintf(printer->to, "%s %s [%s]: %s\n", json_text_at(intent, "address"),
		json_text_at(intent, "name"), json_text_at(intent, "id"),
		json_text_at(intent, "purpose"));
	json_array_foreach(json_object_get(intent, "evidence"), i, evidence)
		fprintf(printer->to, "    %s: %s\n", json_text_at(evidence, "path"),
			json_text_at(evidence, "value"));
}

static void print_summary(const struct printer *printer, const json_t *report)
{
	static const char *const order[] = {
		"pass", "info", "warn", "fail", "skip", "unknown"};
	const json_t *summary = json_object_get(report, "summary");
	const json_t *ignored = json_object_get(report, "ignored");
	size_t i;
	json_t *item;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		fprintf(printer->to, "%s%lld %s", i > 0 ? ", " : "\n",
			(long long)json_integer_value(json_object_get(summary, order[i])),
			order[i]);
	json_array_foreach(ignored, i, item) fprintf(printer->to, "%s%s",
		i > 0 ? ", " : "; ignored: ", json_string_value(item));
	fputc('\n', printer->to);
	json_array_foreach(json_object_get(report, "verdict"), i, item)
		fprintf(printer->to, "%s\n", json_string_value(item));
}

void report_print_text(const json_t *report, FILE *to, bool colour, bool verbose)
{
	const struct printer printer = {to, colour, verbose};
	size_t i;
	json_t *item;

	json_array_foreach(json_object_get(report, "notes"), i, item)
		fprintf(to, "%s\n\n", json_string_value(item));
	json_array_foreach(json_object_get(report, "intents"), i, item)
		print_intent(&printer, item);
	if (i > 0)
		fputc('\n', to);
	print_checks(&printer, json_object_get(report, "checks"));
	print_summary(&printer, report);
}
