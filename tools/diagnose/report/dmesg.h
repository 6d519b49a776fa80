/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dmesg prints of the kernel log, line by line as grep sees it. */
#ifndef TOOLS_DIAGNOSE_REPORT_DMESG_H
#define TOOLS_DIAGNOSE_REPORT_DMESG_H

#include <stdbool.h>

#include "tools/diagnose/log/kernel-log.h"

/*
 * dmesg | grep -e WORD -e WORD...: the lines that hold one of the words, which a NULL
 * ends; `any_case`: grep -i. malloc'ed. A message of several lines has them indented as
 * far as its time stamp, and only those lines count that hold a word themselves
 * (util-linux, sys-utils/dmesg.c).
 */
char *dmesg_grep(const struct log *log, const char *const *words, bool any_case);

#endif
