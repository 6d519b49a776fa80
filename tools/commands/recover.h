/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command is done or not done: what was cut off, or failed half-way, is taken back. */
#ifndef TOOLS_COMMANDS_RECOVER_H
#define TOOLS_COMMANDS_RECOVER_H

#include "tools/commands/changes.h"
#include "tools/system/journal-read.h"

/*
 * For who holds the command's lock: undoes what was cut off, newest first, or notes that
 * it was done, removes its drafts, and says so. 0, or -errno and a sentence: -EBUSY if
 * programs that it started still run.
 */
int recover_unfinished(unsigned int seconds, char **why);
/* Undoes what this command has changed so far, since it cannot go on; a step in `changes`
 * says so. If that fails, too, a sentence more in `*why`. */
void recover_own(struct changes *changes, char **why);

/* Whether it was cut off: it has not ended, and nobody is at it. */
bool recover_is_due(const struct journal_command *command);
/* Whether one that has not ended has made its last change. */
bool recover_is_done(const struct journal_command *command);

#endif
