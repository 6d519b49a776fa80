/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_DIAGNOSE_CAPTURE_UNPACK_H
#define TOOLS_DIAGNOSE_CAPTURE_UNPACK_H

#include "cmdline/text.h"

/*
 * Makes the files below `directory`, which is made if it is missing, and nowhere else,
 * whatever the manifest says: it may come from a stranger. 0, or -errno and a sentence.
 */
int manifest_unpack(struct span text, const char *directory, char **why);

#endif
