/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What takes long is said as it begins, on standard error. */
#ifndef TOOLS_TEXT_PROGRESS_H
#define TOOLS_TEXT_PROGRESS_H

#include <stdbool.h>

#include "tools/text/string.h"

/* With --json: a program waits, and nobody reads along. */
extern bool progress_quiet;

void print_progress(const char *format, ...) PRINTF(1, 2);

#endif
