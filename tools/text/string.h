/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every room of the tool needs: allocation that cannot fail, messages, cleanup. */
#ifndef TOOLS_TEXT_STRING_H
#define TOOLS_TEXT_STRING_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PRINTF(text, first) __attribute__((format(printf, text, first)))
#define CLEANUP_FREE __attribute__((cleanup(free_pointer)))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Exit statuses of every command. */
enum {
	STATUS_OK = 0,	   /* done, or healthy */
	STATUS_FAILED = 1, /* refused, failed, or unhealthy */
	STATUS_USAGE = 2,  /* wrong usage, or could not run */
};

/* A malloc'ed printf; ends the program when memory runs out. */
char *format_text(const char *format, ...) PRINTF(1, 2);
char *format_list(const char *format, va_list list) PRINTF(1, 0);
void *allocate_more(void *old, size_t size);
char *copy_text(const char *text);
void free_pointer(void *pointer);
/* Prints behind what is in `*text`, which is malloc'ed, or NULL: nothing yet. */
void text_append(char **text, const char *format, ...) PRINTF(2, 3);
/* Adds a sentence behind those in `*text`, which is malloc'ed, or NULL: none yet. */
void add_sentence(char **text, const char *sentence);

bool text_begins(const char *text, const char *front);
bool text_ends(const char *text, const char *end);

/* The last component of a path; a part of it. */
const char *path_name(const char *path);
/* "/etc/pve/lxc/901.conf:14"; malloc'ed. */
char *line_path(const char *path, unsigned int line);

/* What people read: of names and of what stands in files, control characters are written
 * as in printable.h. */
/* "vfio-early: ..." and a newline on standard error. */
void print_message(const char *format, ...) PRINTF(1, 2);
/* On standard output. */
void print_plain(const char *format, ...) PRINTF(1, 2);

#endif
