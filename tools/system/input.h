/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that the user names to be read, not below --root: also a pipe, as /dev/stdin. */
#ifndef TOOLS_SYSTEM_INPUT_H
#define TOOLS_SYSTEM_INPUT_H

#include <stddef.h>

/*
 * The whole of it, read once, and waited for. 0, and a malloc'ed, terminated text; or
 * -errno and a sentence.
 */
int input_read(const char *path, char **text, size_t *length, char **why);
/*
 * The same for what can be read once only, as a pipe. What can be read again is only
 * looked at, and `*text` is NULL then.
 */
int input_read_stream(const char *path, char **text, size_t *length, char **why);

#endif
