/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a subcommand: its own, and those that every one takes, anywhere on its
 * line. */
#ifndef TOOLS_COMMANDS_OPTIONS_H
#define TOOLS_COMMANDS_OPTIONS_H

#include "tools/commands/command.h"

enum options_verdict { OPTIONS_GOOD, OPTIONS_HELP, OPTIONS_WRONG };

/*
 * Reads through the whole line for --json, --help and, for a command that writes,
 * --dry-run and --yes. Wrong, and said: the line has an option that the command does not
 * take.
 */
enum options_verdict options_scan(
	const struct command *command, int argc, char **argv, struct options *options);
/* For a command whose letters begin with "-": a word that is no option, in optarg. */
enum { OPTIONS_WORD = 1 };

/* Its own options and those that it takes with all others, as getopt_long takes them.
 * malloc'ed. */
struct option *options_of(const struct command *command);
/*
 * Like getopt_long, with the command's own options as the result; those that all take are
 * passed over. For after options_scan, from the start: optind is 0.
 */
int options_next(const struct command *command, int argc, char **argv);
/*
 * For a command that takes no arguments, or none behind its options: true, or false and a
 * complaint that ends with `hint`, or with where to look if it is NULL.
 */
bool options_end(const struct command *command, int argc, char **argv, const char *hint);

#endif
