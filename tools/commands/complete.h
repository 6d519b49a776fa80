/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the shells' completion (completions/) asks: what may stand where the cursor is. */
#ifndef TOOLS_COMMANDS_COMPLETE_H
#define TOOLS_COMMANDS_COMPLETE_H

#include "tools/commands/command.h"

/*
 * `words` are those behind the program's name, up to the cursor; the last is what was
 * typed of the word there, "" if nothing. Prints a line for each word that it may become,
 * "WORD", a tabulator, and what it is; ":files" if it is a path. What it knows of
 * commands and options is in their usage and help. Returns an exit status.
 */
int complete(const struct command *const *commands, char **words, int count);

#endif
