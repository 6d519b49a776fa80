/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --output FILE: a report as a file, there as a whole or not at all. */
#ifndef TOOLS_DIAGNOSE_OUTPUT_H
#define TOOLS_DIAGNOSE_OUTPUT_H

#include <stdio.h>
#include <sys/types.h>

struct output {
	char *path;	 /* not below --root: it is the user's own */
	char *temporary; /* beside it */
	FILE *to;
};

/* 0 and something to print to, or -errno and a sentence. Readable by its owner only. */
int output_begin(struct output *output, const char *path, char **why);
/* Puts the file in place, with this mode. 0, or -errno and a sentence; the old file is
 * then as it was. */
int output_finish(struct output *output, mode_t mode, char **why);

#endif
