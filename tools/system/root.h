/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading files below --root: every path that the tool reads goes through here. */
#ifndef TOOLS_SYSTEM_ROOT_H
#define TOOLS_SYSTEM_ROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/system/follow.h"

/* "" for the running system, or a directory without a slash at its end. */
extern const char *root_directory;

/* Called with each path that is asked for, if not NULL: for `capture`. */
extern void (*root_watch)(const char *path);

/* The path as it is for the C library: root_directory in front. malloc'ed. */
char *root_path(const char *path);
/*
 * Where a path leads, seen from --root: an absolute link of that system does not lead to
 * a file of this one. What is not there is taken as it is named. 0 and a malloc'ed path
 * for the C library, or -errno.
 */
int root_resolve(const char *path, char **real);
/*
 * The same as a path below --root, with a call for each link on the way, the last name
 * included: its place, itself without links, and what it says. ".." behind a link is the
 * directory above its target, as the kernel has it.
 */
int root_follow(const char *path, root_link_visitor *visit, void *data, char **place);
/* Whether something is there (a symbolic link is followed). */
bool root_exists(const char *path);
/*
 * Reads a whole file, /proc and /sys included. Returns 0 and a malloc'ed, NUL-terminated
 * text with its length in bytes (length may be NULL), or -errno: -EINVAL for a device, a
 * pipe or a socket, -ETIMEDOUT where reading hangs (hanging.h). Below the root of another
 * process (inside.h) nothing leads out of it.
 */
int root_read(const char *path, char **text, size_t *length);
/* The same from an open file, up to `most` bytes; -EFBIG: there are more. */
int read_whole(int file, size_t most, char **text, size_t *length);
/* Like root_read, without the white space at the end; root_read_word gives NULL if it
 * cannot be read. */
int root_read_line(const char *path, char **text);
char *root_read_word(const char *path);
/* A symbolic link's target as it stands there, malloc'ed; NULL if it is none. */
char *root_link(const char *path);
/* The last component of a symbolic link's target, malloc'ed; NULL if there is none. */
char *root_link_name(const char *path);
/* What is there below the root of another process (inside.h), as inside_look has it. */
int root_look_inside(const char *path);
/* The names in a directory without "." and "..", sorted; NULL-terminated, malloc'ed
 * (root_list_free). An absent directory is an empty list. */
char **root_list(const char *path);
void root_list_free(char **names);
/* -EACCES if its names may not be listed, which makes it look empty; else 0. */
int root_list_error(const char *path);

#endif
