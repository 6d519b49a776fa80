/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of lines with fields between blanks: fstab and crypttab. */
#ifndef TOOLS_NEEDS_TABLE_H
#define TOOLS_NEEDS_TABLE_H

#include <stdbool.h>

#include "tools/text/span.h"

enum { TABLE_FIELDS = 4 };

/* A line that is neither empty nor a comment. */
struct table_line {
	char *field[TABLE_FIELDS]; /* "" where there is none; \040 is a blank there */
	char *place;		   /* "/etc/fstab:7" */
};

/* Calls `visit` with each line of the file, if it can be read. */
void table_walk(const char *path,
	void (*visit)(const struct table_line *line, void *data), void *data);
/* Whether a list "a,b=c" has this option; the value behind "=" goes to `value`, which
 * may be NULL. */
bool option_find(const char *list, const char *name, struct span *value);

#endif
