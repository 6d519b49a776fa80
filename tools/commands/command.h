/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A subcommand: its file ends with one of these, and main.c lists them. */
#ifndef TOOLS_COMMANDS_COMMAND_H
#define TOOLS_COMMANDS_COMMAND_H

#include <stdbool.h>

struct option; /* getopt.h */

/* What every subcommand takes, in front of its name or behind it. */
struct options {
	bool json;
	bool yes; /* of those that write; --dry-run is write_dry_run, below them all */
};

struct command {
	const char *name;
	/* argv[0] is the subcommand's name. Returns an exit status of string.h. */
	int (*run)(const struct options *options, int argc, char **argv);
	const char *usage;   /* its arguments, as one line */
	const char *summary; /* what it does, as one line; NULL hides it from the help */
	const char *help;    /* lines on its options for "help COMMAND"; may be NULL */
	/* Its own options, as getopt_long takes them; NULL: none. options_next has them.
	 */
	const struct option *options;
	const char *letters;
	/* It changes the system: it runs as root only, and knows --dry-run and --yes. */
	bool writes;
	/* It only leads back to normal boots (journal.h). */
	bool way_back;
	/* What it holds from start to end (lock.h); NULL if it needs nothing for so long.
	 */
	const char *lock;
};

extern const struct command command_list, command_status, command_enable, command_disable,
	command_cmdline, command_confirm, command_grub_entries, command_diagnose,
	command_capture, command_log, command_rollback;

#endif
