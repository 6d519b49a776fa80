/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/needs/table.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

/* "\040" and the like, by which a field has a blank in it. malloc'ed. */
static char *decode(struct span field)
{
	char *text = copy_text("");
	uint64_t byte;

	while (field.length > 0) {
		struct span digits = {field.text + 1, 3};

		if (field.text[0] == '\\' && field.length >= 4 &&
			span_number(digits, 8, 0377, &byte)) {
			text_append(&text, "%c", (int)byte);
			field = span_from(field, 4);
		} else {
			text_append(&text, "%c", field.text[0]);
			field = span_from(field, 1);
		}
	}
	return text;
}

static void visit_line(const char *path, unsigned int number, struct span text,
	void (*visit)(const struct table_line *line, void *data), void *data)
{
	struct table_line line = {.place = line_path(path, number)};
	struct span word;

	for (size_t i = 0; i < TABLE_FIELDS; i++)
		line.field[i] = span_word(&text, &word) ? decode(word) : copy_text("");
	visit(&line, data);
	for (size_t i = 0; i < TABLE_FIELDS; i++)
		free(line.field[i]);
	free(line.place);
}

void table_walk(const char *path,
	void (*visit)(const struct table_line *line, void *data), void *data)
{
	CLEANUP_FREE char *text = NULL;
	unsigned int number = 0;
	struct span rest, line;

	if (root_read(path, &text, NULL) < 0)
		return;
	rest = span_of(text);
	while (span_line(&rest, &line)) {
		number++;
		line = span_trim(line);
		if (line.length > 0 && line.text[0] != '#')
			visit_line(path, number, line, visit, data);
	}
}

bool option_find(const char *list, const char *name, struct span *value)
{
	struct span rest = span_of(list), option;
	size_t length = strlen(name);

	while (span_piece(&rest, ',', &option)) {
		if (!span_starts(option, name) ||
			(option.length > length && option.text[length] != '='))
			continue;
		if (value != NULL)
			*value = span_from(option, length + 1);
		return true;
	}
	return false;
}
