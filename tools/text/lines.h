/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of malloc'ed lines of text. */
#ifndef TOOLS_TEXT_LINES_H
#define TOOLS_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	char **line;
	size_t count;
};

/* Adds what printf would print. */
void lines_add(struct lines *lines, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Whether one of them is this. */
bool lines_has(const struct lines *lines, const char *line);
void lines_free(struct lines *lines);

#endif
