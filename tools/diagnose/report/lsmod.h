/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lsmod prints of the loaded modules. */
#ifndef TOOLS_DIAGNOSE_REPORT_LSMOD_H
#define TOOLS_DIAGNOSE_REPORT_LSMOD_H

#include <stdbool.h>

/* Whether lsmod lists the module: not if it is built into the kernel. */
bool lsmod_has(const char *name);

/*
 * lsmod | grep WORD: the lines that hold the word, as the module's name or among those
 * that use it; malloc'ed. The columns are those of kmod (tools/lsmod.c).
 */
char *lsmod_grep(const char *word);

#endif
