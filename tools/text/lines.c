/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/text/string.h"

void lines_add(struct lines *lines, const char *format, ...)
{
	va_list list;

	lines->line =
		allocate_more(lines->line, (lines->count + 1) * sizeof(*lines->line));
	va_start(list, format);
	lines->line[lines->count++] = format_list(format, list);
	va_end(list);
}

bool lines_has(const struct lines *lines, const char *line)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->line[i], line) == 0)
			return true;
	return false;
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->line[i]);
	free(lines->line);
	*lines = (struct lines){0};
}
