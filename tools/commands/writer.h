/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command needs before it may change the system. */
#ifndef TOOLS_COMMANDS_WRITER_H
#define TOOLS_COMMANDS_WRITER_H

#include "tools/commands/command.h"

/*
 * Before the command reads what it will change: asks for root, and takes its lock, for
 * which it waits a moment; that is held until this process ends. --dry-run needs no lock.
 * STATUS_OK, or the exit status, and said why.
 */
int writer_begin(const struct command *command, const struct options *options);
/* When it has ended with this exit status: the end in the journal. The exit status. */
int writer_end(int status);

#endif
