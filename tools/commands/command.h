/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A subcommand: its file ends with one of these, and main.c lists them. */
#ifndef TOOLS_COMMANDS_COMMAND_H
#define TOOLS_COMMANDS_COMMAND_H

#include <stdbool.h>

/* What the words in front of the subcommand said. */
struct options {
	bool json;
};

struct command {
	const char *name;
	/* argv[0] is the subcommand's name. Returns an exit status of base.h. */
	int (*run)(const struct options *options, int argc, char **argv);
	const char *usage;   /* its arguments, as one line */
	const char *summary; /* what it does, as one line; NULL hides it from the help */
	const char *help;    /* lines on its options for "help COMMAND"; may be NULL */
};

extern const struct command command_list, command_status, command_enable, command_disable,
	command_cmdline, command_confirm, command_grub_entries, command_diagnose,
	command_capture;

#endif
