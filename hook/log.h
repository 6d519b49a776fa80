/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages into the kernel's log, through /dev/kmsg. */
#ifndef HOOK_LOG_H
#define HOOK_LOG_H

#include "cmdline/text.h"

/* Below the 1024 bytes that the kernel takes in one record (PRINTKRB_RECORD_MAX). */
enum { LOG_LINE_MAX = 900 };

enum log_level { LOG_WARNING = 4, LOG_INFO = 6 }; /* as in syslog(3) */

/*
 * Writes one record with one write. Where /dev/kmsg cannot be written
 * (printk.devkmsg=off), the line goes to standard error. `root` as in sysfs.h.
 */
void log_line(int root, enum log_level level, const char *line);

/* Adds the span with "?" for what is not printable: it comes from outside. */
void text_add_printable(struct text *text, struct span span);

#endif
