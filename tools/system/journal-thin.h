/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal stays small: of commands long ago only the first and the last change of
 * each file stay, the first with its pristine copy, and of the last ones all.
 */
#ifndef TOOLS_SYSTEM_JOURNAL_THIN_H
#define TOOLS_SYSTEM_JOURNAL_THIN_H

#include <stdbool.h>

struct journal;

/* Thins it once it has grown; where that fails it stays as it is. */
void journal_thin(void);
/* Removes the copies that the journal, read by the caller, does not speak of. */
void journal_sweep(const struct journal *journal);

#endif
