/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's copies of files: each content once, under its SHA-256. */
#ifndef TOOLS_SYSTEM_CONTENT_H
#define TOOLS_SYSTEM_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#define JOURNAL_DIRECTORY "/var/lib/vfio-early"
#define CONTENT_DIRECTORY JOURNAL_DIRECTORY "/content"

/* In hexadecimal, and its end. */
enum { CONTENT_HASH_SIZE = 65 };

/* Of a file, whose path is as the C library takes it. 0 or -errno. */
int content_hash_file(const char *real, char hash[static CONTENT_HASH_SIZE]);
void content_hash(const char *text, size_t length, char hash[static CONTENT_HASH_SIZE]);

/* Keeps a text, on the disk when this returns. 0 or -errno. */
int content_keep(const char *text, size_t length, const char *hash);
/*
 * 0 and a malloc'ed, terminated text, or -errno: -ENOENT if it is not kept, -EILSEQ if
 * what lies there is not what was kept, as after a cut while it was written.
 */
int content_read(const char *hash, char **text, size_t *length);
/* Its path below --root, malloc'ed. */
char *content_path(const char *hash);
/* Removes every copy that is not `wanted`. */
void content_sweep(bool (*wanted)(const char *hash, const void *data), const void *data);

#endif
