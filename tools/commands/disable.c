/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/text/lines.h"
#include "tools/commands/changes.h"
#include "tools/commands/command.h"
#include "tools/commands/enable-steps.h"
#include "tools/boot/grub/environment.h"
#include "tools/system/root.h"
#include "tools/system/write.h"

static int disable(const struct options *options)
{
	CLEANUP_FREE char *grubenv = grub_file("grubenv");
	CLEANUP_FREE char *why = NULL;
	struct changes changes = {0};
	int error = grub_set(GRUB_OFF, &changes.changed, &why);

	if (changes.changed)
		lines_add(&changes.steps, "switch off in %s: boots are normal again",
			grubenv);
	changes.reboot_required = error == 0 && booted_with(NULL);
	if (changes_print(options, &changes, why) < 0)
		error = -EIO;
	else if (error == 0 && !options->json && !write_dry_run &&
		 changes.reboot_required)
		printf("\nReboot to get the devices back; 'vfio-early enable' takes them "
		       "again.\n");
	changes_free(&changes);
	return error < 0 ? STATUS_FAILED : STATUS_OK;
}

static int run_disable(const struct options *options, int argc, char **argv)
{
	static const struct option known[] = {{"yes", no_argument, NULL, 'y'},
		{"dry-run", no_argument, NULL, 'n'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		/* It never asks; scripts may say --yes to all commands. */
		if (option == 'n')
			write_dry_run = true;
		else if (option != 'y') {
			print_message("try 'vfio-early help disable'");
			return STATUS_USAGE;
		}
	}
	if (optind < argc) {
		print_message(
			"disable: unexpected '%s'; it is for all cards: 'vfio-early "
			"enable DEVICE...' says which ones remain",
			argv[optind]);
		return STATUS_USAGE;
	}
	if (root_directory[0] == '\0' && geteuid() != 0) {
		print_message("disable changes the system: run it as root");
		return STATUS_USAGE;
	}
	if (!changes_begin(options, argv[0]))
		return STATUS_FAILED;
	return disable(options);
}

const struct command command_disable = {
	.name = "disable",
	.run = run_disable,
	.usage = "[--dry-run]",
	.summary = "make the normal boot the default again",
	.help = "The passthrough entry stays in the boot menu, and what was chosen stays chosen:\n"
		"'vfio-early enable' brings it back. No image and no boot menu is rebuilt.\n\n"
		"  --dry-run  say what would be done, and do nothing\n",
};
