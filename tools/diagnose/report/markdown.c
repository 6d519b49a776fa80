/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/json.h"
#include "tools/text/string.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/report/markdown.h"
#include "tools/diagnose/report/tally.h"

/* Whether a section's list of ids, "CT-*" or whole, has this one. */
static bool is_judge(const json_t *checks, const char *id)
{
	size_t i;
	json_t *item;

	json_array_foreach (checks, i, item) {
		const char *pattern = json_string_value(item);
		size_t length = strcspn(pattern, "*");

		if (strncmp(pattern, id, length) == 0 &&
			(pattern[length] == '*' || id[length] == '\0'))
			return true;
	}
	return false;
}

/* From good to bad; skip is no verdict at all. */
static int badness(const char *status)
{
	static const char *const order[] = {
		"skip", "pass", "info", "unknown", "warn", "fail"};

	for (int i = 0; i < (int)ARRAY_SIZE(order); i++)
		if (strcmp(order[i], status) == 0)
			return i;
	return 0;
}

/* One line: the worst that the section's checks say, in their own words. */
static void print_verdict(const json_t *report, const json_t *checks, FILE *to)
{
	const json_t *worst = NULL;
	size_t count = 0, i;
	json_t *row;

	json_array_foreach (json_object_get(report, "checks"), i, row) {
		const char *status = json_text_at(row, "status");

		if (!is_judge(checks, json_text_at(row, "id")))
			continue;
		count += badness(status) > 0;
		if (worst == NULL ||
			badness(status) > badness(json_text_at(worst, "status")))
			worst = row;
	}
	if (worst == NULL || badness(json_text_at(worst, "status")) == 0)
		fputs("**Verdict: does not apply.**\n\n", to);
	else if (badness(json_text_at(worst, "status")) <= badness("info"))
		fprintf(to, "**Verdict: good.** %zu check%s, nothing is wrong.\n\n",
			count, count == 1 ? "" : "s");
	else
		fprintf(to, "**Verdict: %s.** %s: %s.\n\n", json_text_at(worst, "status"),
			json_text_at(worst, "id"), json_text_at(worst, "title"));
}

/* A fence that the text inside cannot end: longer than its longest row of backquotes. */
static void print_output(const json_t *output, bool raw, FILE *to)
{
	const json_t *string = json_object_get(output, "text");
	CLEANUP_FREE char *text =
		raw ? json_bytes_at(string) : copy_text(json_text_at(output, "text"));
	size_t length = strlen(text), longest = 2, run = 0;
	CLEANUP_FREE char *fence = NULL;

	for (size_t i = 0; i < length; i++) {
		run = text[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	fence = allocate_more(NULL, longest + 2);
	memset(fence, '`', longest + 1);
	fence[longest + 1] = '\0';
	fprintf(to, "%s\n%s%s%s\n\n", fence, text,
		length > 0 && text[length - 1] != '\n' ? "\n" : "", fence);
}

static void print_section(const json_t *report, const json_t *section, FILE *to)
{
	const json_t *outputs = json_object_get(section, "outputs");
	bool raw = json_is_false(json_object_get(report, "redacted"));
	size_t i;
	json_t *item;

	fprintf(to, "## %s\n\n", json_text_at(section, "heading"));
	print_verdict(report, json_object_get(section, "checks"), to);
	json_array_foreach (json_object_get(section, "notes"), i, item)
		fprintf(to, "%s\n\n", json_string_value(item));
	json_array_foreach (outputs, i, item) {
		/* where the heading does not say it */
		if (strchr(json_text_at(section, "heading"), '`') == NULL)
			fprintf(to, "`%s`:\n\n", json_text_at(item, "command"));
		print_output(item, raw, to);
	}
}

static void print_title(const json_t *report, FILE *to)
{
	const json_t *about = json_object_get(report, "about");
	const char *kind = json_text_at(about, "kind");
	const char *name = json_text_at(about, "name");

	fprintf(to, "# GPU Passthrough Diagnostic Report");
	if (strcmp(kind, "container") == 0)
		/* a number is Proxmox's */
		fprintf(to, ": %s%s\n\nMode: container.",
			name[strspn(name, "0123456789")] == '\0' ? "CTID " : "", name);
	else if (strcmp(kind, "vm") == 0)
		fprintf(to, ": VMID %s\n\nMode: VM.", json_text_at(about, "name"));
	else if (strcmp(kind, "domain") == 0)
		fprintf(to, ": %s\n\nMode: VM.", json_text_at(about, "name"));
	else
		fprintf(to, "\n\nMode: as the configuration has it for each card.");
	fputs(" A container shares the host's kernel and needs the host's own driver on "
	      "the card; a VM needs vfio-pci.\n\n",
		to);
}

static void print_intents(const json_t *report, FILE *to)
{
	size_t i, j;
	json_t *intent, *evidence;

	json_array_foreach (json_object_get(report, "intents"), i, intent) {
		fprintf(to, "- `%s` %s [%s]: %s\n", json_text_at(intent, "address"),
			json_text_at(intent, "name"), json_text_at(intent, "id"),
			json_text_at(intent, "purpose"));
		json_array_foreach (json_object_get(intent, "evidence"), j, evidence)
			fprintf(to, "  - `%s`: `%s`\n", json_text_at(evidence, "path"),
				json_text_at(evidence, "value"));
	}
	if (i > 0)
		fputc('\n', to);
}

static void print_finding(const json_t *row, FILE *to)
{
	const json_t *remedy = json_object_get(row, "remedy");
	const char *whom = json_object_get(row, "subject") != NULL
				   ? json_text_at(row, "subject")
				   : json_text_at(row, "device");
	size_t i;
	json_t *item;

	fprintf(to, "- **%s** %s%s%s: %s\n", json_text_at(row, "status"),
		json_text_at(row, "id"), whom[0] != '\0' ? " " : "", whom,
		json_text_at(row, "title"));
	json_array_foreach (json_object_get(row, "evidence"), i, item)
		fprintf(to, "  - `%s` = `%s`\n", json_text_at(item, "path"),
			json_text_at(item, "value"));
	if (json_is_object(remedy))
		fprintf(to, "  - What to do: %s%s\n", json_text_at(remedy, "text"),
			json_is_true(json_object_get(remedy, "needs_reboot"))
				? " (takes effect with the next boot)"
				: "");
	json_array_foreach (json_object_get(remedy, "commands"), i, item)
		fprintf(to, "    - `%s`\n", json_string_value(item));
}

static void print_summary(const json_t *report, FILE *to)
{
	static const char *const order[] = {
		"fail", "warn", "unknown", "info", "pass", "skip", NULL};
	CLEANUP_FREE char *counts = report_tally(report, order);
	json_t *all = json_pack("[s]", "*");
	size_t i, j;
	json_t *item;

	fputs("## 6. Summary of Findings\n\n", to);
	print_verdict(report, all, to);
	json_decref(all);
	json_array_foreach (json_object_get(report, "verdict"), i, item)
		fprintf(to, "%s\n", json_string_value(item));
	fputc('\n', to);
	/* what is well or does not apply is in the tally only */
	for (j = 0; j < 4; j++)
		json_array_foreach (json_object_get(report, "checks"), i, item)
			if (strcmp(json_text_at(item, "status"), order[j]) == 0)
				print_finding(item, to);
	fprintf(to, "\n%s.\n", counts);
}

void report_print_markdown(const json_t *report, FILE *to)
{
	size_t i;
	json_t *item;

	print_title(report, to);
	json_array_foreach (json_object_get(report, "notes"), i, item)
		fprintf(to, "%s\n\n", json_string_value(item));
	print_intents(report, to);
	json_array_foreach (json_object_get(report, "sections"), i, item)
		print_section(report, item, to);
	print_summary(report, to);
}
