/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel log: /dev/kmsg, or a saved one. */
#ifndef TOOLS_DIAGNOSE_LOG_KERNEL_LOG_H
#define TOOLS_DIAGNOSE_LOG_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/diagnose/log/kmsg.h"

struct log {
	struct log_record *record;
	size_t count;
	const char *source; /* "/dev/kmsg", or the file's name */
	bool complete;	    /* from the first record of this boot on */
	char *reason;	    /* why it is not; NULL if it is */
};

/* Reads /dev/kmsg below --root, or the file `saved` (not below --root). Never NULL: a log
 * that cannot be read is empty, incomplete and has a reason. */
struct log *log_read(const char *saved);
/* The log in this text, which came from `source`. */
struct log *log_of(const char *source, char *text, size_t length);
/* An empty one that could not be read for this reason. */
struct log *log_missing(const char *reason);
void log_free(struct log *log);

/* Whether the text holds the pattern's pieces, in this order: "%" is any text between. */
bool log_matches(const char *text, const char *pattern);

/*
 * The next record behind `after` (NULL: the first) whose text holds `pattern`, in which
 * "%" stands for any text: "BAR %: can't reserve". NULL if there is none, which proves
 * nothing unless the log is complete.
 */
const struct log_record *log_find(
	const struct log *log, const struct log_record *after, const char *pattern);

/*
 * The record in which the kernel lists this parameter among those on its command line
 * that it does not know (init/main.c, print_unknown_bootoptions: names without a dot);
 * NULL: none, which proves nothing unless the log is complete.
 */
const struct log_record *log_unknown_parameter(const struct log *log, const char *name);

#endif
