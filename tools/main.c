/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/commands/command.h"
#include "tools/system/root.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

static const struct command *const commands[] = {
	&command_list,
	&command_status,
	&command_enable,
	&command_disable,
	&command_cmdline,
	&command_diagnose,
	&command_capture,
	&command_confirm,
	&command_grub_entries,
	NULL,
};

static void print_usage(FILE *to)
{
	fputs("Usage: vfio-early [--json] [--root DIR] COMMAND [ARGUMENT...]\n\n", to);
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->summary != NULL)
			fprintf(to, "  %-10s %s\n", commands[i]->name,
				commands[i]->summary);
	fputs("  help       what a command does and which options it takes\n"
	      "  version    which version this is\n",
		to);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int help(const char *about)
{
	const struct command *command;

	if (about == NULL) {
		print_usage(stdout);
		return STATUS_OK;
	}
	command = find(about);
	if (command == NULL) {
		print_message("no command '%s'; 'vfio-early help' lists them", about);
		return STATUS_USAGE;
	}
	printf("Usage: vfio-early [--json] [--root DIR] %s%s%s\n", command->name,
		command->usage[0] != '\0' ? " " : "", command->usage);
	if (command->summary != NULL)
		printf("\n%s\n", command->summary);
	if (command->help != NULL)
		printf("\n%s", command->help);
	return STATUS_OK;
}

int main(int argc, char **argv)
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
			return help(NULL);
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
	argv += optind;
	argc -= optind;
	if (strcmp(argv[0], "help") == 0)
		return help(argc > 1 ? argv[1] : NULL);
	if (strcmp(argv[0], "version") == 0) {
		puts("vfio-early " VERSION);
		return STATUS_OK;
	}
	command = find(argv[0]);
	if (command == NULL) {
		print_message("no command '%s'", argv[0]);
		print_usage(stderr);
		return STATUS_USAGE;
	}
	/* The command parses its own options from the start. */
	optind = 0;
	return command->run(&options, argc, argv);
}
