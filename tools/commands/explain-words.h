/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmdline --explain: what words of a kernel command line do on this machine. */
#ifndef TOOLS_COMMANDS_EXPLAIN_WORDS_H
#define TOOLS_COMMANDS_EXPLAIN_WORDS_H

#include "tools/commands/command.h"
#include "tools/pci/devices.h"

/* argv: a command line in one or more pieces, or the flag's value alone; none: the
 * running kernel's. Prints it and returns the exit status: STATUS_FAILED if a word is
 * wrong. */
int explain_words(const struct options *options, const struct devices *devices, int argc,
	char **argv);

#endif
