/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's file: lines at its end, whole or not there. */
#ifndef TOOLS_SYSTEM_JOURNAL_FILE_H
#define TOOLS_SYSTEM_JOURNAL_FILE_H

#include <jansson.h>

/* Adds a line, on the disk when this returns; half a line from a cut goes. Makes the file
 * if it is missing. 0, or -errno and a sentence. */
int journal_file_add(const json_t *record, char **why);
/*
 * Replaces the whole by what `make` makes of nothing: a malloc'ed text, or NULL to leave
 * it as it is. Nobody adds to it meanwhile. 0 or -errno.
 */
int journal_file_replace(char *(*make)(void));

#endif
