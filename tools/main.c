/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "tools/text/nearest.h"
#include "tools/text/string.h"
#include "tools/commands/command.h"
#include "tools/commands/complete.h"
#include "tools/commands/options.h"
#include "tools/commands/writer.h"
#include "tools/system/journal.h"
#include "tools/system/root.h"
#include "tools/system/standard.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

static const struct command command_help, command_version, command_complete;

/* In the order in which a user meets them. */
static const struct command *const commands[] = {
	&command_list,
	&command_status,
	&command_enable,
	&command_disable,
	&command_cmdline,
	&command_diagnose,
	&command_capture,
	&command_rollback,
	&command_log,
	&command_confirm,
	&command_grub_entries,
	&command_help,
	&command_version,
	&command_complete,
	NULL,
};

static void print_usage(FILE *to)
{
	fputs("Usage: vfio-early [--json] [--root DIR] COMMAND [ARGUMENT...]\n\n", to);
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->summary != NULL)
			fprintf(to, "  %-10s %s\n", commands[i]->name,
				commands[i]->summary);
	fputs("\n--json and --help are taken behind COMMAND, too.\n", to);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* The command that is most like this word; NULL: none is. */
static const struct command *nearest_command(const char *typed)
{
	enum { SLIPS = 2 };
	const struct command *nearest = NULL;
	unsigned int least = SLIPS + 1;

	for (size_t i = 0; commands[i] != NULL; i++) {
		unsigned int distance = word_distance(typed, commands[i]->name);

		/* Not those in which hardly a letter is right. */
		if (commands[i]->summary == NULL || distance >= least ||
			distance * 2 >= strlen(commands[i]->name))
			continue;
		least = distance;
		nearest = commands[i];
	}
	return nearest;
}

static const struct command *find_or_say(const char *name)
{
	const struct command *command = find(name), *nearest;

	if (command != NULL)
		return command;
	nearest = nearest_command(name);
	if (nearest != NULL)
		print_message("no command '%s': did you mean '%s'?", name, nearest->name);
	else
		print_message("no command '%s'; 'vfio-early help' lists them", name);
	return NULL;
}

static int help(const struct command *command)
{
	printf("Usage: vfio-early [--json] [--root DIR] %s%s%s\n", command->name,
		command->usage[0] != '\0' ? " " : "", command->usage);
	if (command->summary != NULL)
		printf("\n%s\n", command->summary);
	if (command->help != NULL)
		printf("\n%s", command->help);
	return STATUS_OK;
}

static int run_help(const struct options *options, int argc, char **argv)
{
	const struct command *command;

	(void)options;
	while (options_next(&command_help, argc, argv) != -1)
		;
	if (optind == argc) {
		print_usage(stdout);
		return STATUS_OK;
	}
	command = find_or_say(argv[optind]);
	return command != NULL ? help(command) : STATUS_USAGE;
}

static int run_version(const struct options *options, int argc, char **argv)
{
	(void)options;
	if (!options_end(&command_version, argc, argv, NULL))
		return STATUS_USAGE;
	puts("vfio-early " VERSION);
	return STATUS_OK;
}

static const struct command command_help = {
	.name = "help",
	.run = run_help,
	.usage = "[COMMAND]",
	.summary = "what a command does and which options it takes",
};

static const struct command command_version = {
	.name = "version",
	.run = run_version,
	.usage = "",
	.summary = "which version this is",
};

static int run_complete(const struct options *options, int argc, char **argv)
{
	(void)options;
	while (options_next(&command_complete, argc, argv) != -1)
		;
	return complete(commands, argv + optind, argc - optind);
}

static const struct command command_complete = {
	.name = "complete",
	.run = run_complete,
	/* What is behind "--" is for the shells: words of a line that is not whole. */
	.usage = "-- WORD...",
};

/* The options behind the command's name, then what it needs, then the command. */
static int run_command(
	const struct command *command, struct options *options, int argc, char **argv)
{
	int status = STATUS_OK;

	switch (options_scan(command, argc, argv, options)) {
	case OPTIONS_HELP:
		return help(command);
	case OPTIONS_WRONG:
		return STATUS_USAGE;
	case OPTIONS_GOOD:
		break;
	}
	if (command->writes)
		status = writer_begin(command, options);
	if (status == STATUS_OK)
		status = command->run(options, argc, argv);
	return command->writes ? writer_end(status) : status;
}

/* As it was typed, for the journal. malloc'ed. */
static char *join(int argc, char **argv)
{
	char *line = copy_text("vfio-early");

	for (int i = 1; i < argc; i++)
		text_append(&line, " %s", argv[i]);
	return line;
}

static int run(int argc, char **argv)
{
	static const struct option known[] = {
		{"json", no_argument, NULL, 'j'},
		{"root", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{0},
	};
	struct options options = {0};
	const struct command *command;
	CLEANUP_FREE char *line = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "+hv", known, NULL)) != -1)
		switch (option) {
		case 'j':
			options.json = true;
			break;
		case 'r':
			/* "/" is the running system */
			root_directory = strcmp(optarg, "/") == 0 ? "" : optarg;
			break;
		case 'h':
			print_usage(stdout);
			return STATUS_OK;
		case 'v':
			puts("vfio-early " VERSION);
			return STATUS_OK;
		default:
			fputs("Try 'vfio-early help'.\n", stderr);
			return STATUS_USAGE;
		}
	if (optind == argc) {
		print_usage(stderr);
		return STATUS_USAGE;
	}
	line = join(argc, argv);
	argv += optind;
	argc -= optind;
	command = find_or_say(argv[0]);
	journal_open(&(struct journal_author){
		line, VERSION, command != NULL && command->way_back});
	return command != NULL ? run_command(command, &options, argc, argv)
			       : STATUS_USAGE;
}

/* What could not be printed was not done, for whoever waits for it. */
int main(int argc, char **argv)
{
	int status, error;

	standard_begin();
	status = run(argc, argv);
	error = standard_finish();
	if (error == 0)
		return status;
	print_message("standard output cannot be written: %s", strerror(-error));
	return STATUS_USAGE;
}
