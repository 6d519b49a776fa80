/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands/options.h"
#include "tools/system/write.h"
#include "tools/text/progress.h"
#include "tools/text/string.h"

/* Beyond the letters of the commands' own. */
enum { OPTION_JSON = 256, OPTION_DRY_RUN, OPTION_YES };

static const struct option for_all[] = {
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, OPTION_JSON},
};
static const struct option for_writers[] = {
	{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
	{"yes", no_argument, NULL, OPTION_YES},
};

static size_t count_options(const struct command *command)
{
	size_t count = 0;

	while (command->options != NULL && command->options[count].name != NULL)
		count++;
	return count;
}

struct option *options_of(const struct command *command)
{
	size_t count = count_options(command);
	struct option *known = allocate_more(
		NULL, (count + ARRAY_SIZE(for_all) + ARRAY_SIZE(for_writers) + 1) *
			      sizeof(*known));
	if (count > 0)
		memcpy(known, command->options, count * sizeof(*known));
	memcpy(known + count, for_all, sizeof(for_all));
	count += ARRAY_SIZE(for_all);
	if (command->writes) {
		memcpy(known + count, for_writers, sizeof(for_writers));
		count += ARRAY_SIZE(for_writers);
	}
	known[count] = (struct option){0};
	return known;
}

/* getopt_long with the command's options and those of all. */
static int next(const struct command *command, int argc, char **argv)
{
	const char *own = command->letters != NULL ? command->letters : "";
	CLEANUP_FREE char *letters = format_text("%sh", own);
	CLEANUP_FREE struct option *known = options_of(command);

	return getopt_long(argc, argv, letters, known, NULL);
}

enum options_verdict options_scan(
	const struct command *command, int argc, char **argv, struct options *options)
{
	int option;

	optind = 0;
	while ((option = next(command, argc, argv)) != -1)
		switch (option) {
		case 'h':
			return OPTIONS_HELP;
		case OPTION_JSON:
			options->json = true;
			break;
		case OPTION_DRY_RUN:
			write_dry_run = true;
			break;
		case OPTION_YES:
			options->yes = true;
			break;
		case '?':
			print_message("try 'vfio-early help %s'", command->name);
			return OPTIONS_WRONG;
		default:
			break;
		}
	optind = 0;
	progress_quiet = options->json;
	return OPTIONS_GOOD;
}

int options_next(const struct command *command, int argc, char **argv)
{
	int option;

	do
		option = next(command, argc, argv);
	while (option >= OPTION_JSON);
	return option;
}

bool options_end(const struct command *command, int argc, char **argv, const char *hint)
{
	while (options_next(command, argc, argv) != -1)
		;
	if (optind == argc)
		return true;
	if (hint != NULL)
		print_message(
			"%s: unexpected '%s'; %s", command->name, argv[optind], hint);
	else
		print_message("%s: unexpected '%s'; try 'vfio-early help %s'",
			command->name, argv[optind], command->name);
	return false;
}
