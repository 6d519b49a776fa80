/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that the user wants to have, not below --root: a report there as a whole, or not
 * at all. What is no regular file, as /dev/stdout or a pipe, is written to and stays what
 * it is; and so is a file that is our standard output, to which somebody may be adding.
 */
#ifndef TOOLS_SYSTEM_OUTPUT_H
#define TOOLS_SYSTEM_OUTPUT_H

#include <stdio.h>

#include "tools/system/replace.h"

struct output {
	char *path; /* as the user named it */
	FILE *to;
	bool replaces;
	struct draft draft;
};

/* `mode`: of a file that is made or replaced. 0 and something to print to, or -errno and
 * a sentence. */
int output_begin(struct output *output, const char *path, mode_t mode, char **why);
/* Puts it in place. 0, or -errno and a sentence; an old file is then as it was. */
int output_finish(struct output *output, char **why);

#endif
