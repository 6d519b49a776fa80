/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "tools/text/lines.h"
#include "tools/commands/changes.h"
#include "tools/commands/command.h"
#include "tools/commands/enable-steps.h"
#include "tools/commands/options.h"
#include "tools/boot/loader.h"
#include "tools/boot/state.h"
#include "tools/system/journal.h"
#include "tools/system/lock.h"
#include "tools/system/write.h"

/* Where nothing is on, nothing is written. */
static int switch_off(const struct boot_loader *loader, struct lines *steps, char **why)
{
	bool changed = false;
	int error;

	journal_last_change();
	error = loader->set(BOOT_OFF, &changed, why);
	if (changed) {
		CLEANUP_FREE char *place = loader->place_of_switch();

		lines_add(steps, "switch off in %s: boots are normal again", place);
	}
	return error;
}

/* Off is not normal where the user made the entry the default in another way. */
static void note_other_default(struct changes *changes)
{
	struct boot_state boot;

	if (write_dry_run)
		return;
	boot_read(&boot);
	if (boot.next == NEXT_PASSTHROUGH)
		lines_add(&changes->notes,
			"the next boot takes the passthrough entry all the same: %s",
			boot.why);
	boot_state_free(&boot);
}

static int disable(const struct options *options)
{
	CLEANUP_FREE char *why = NULL;
	struct changes changes = {0};
	int error = boot_change_all(switch_off, &changes.steps, &why);

	changes.changed = changes.steps.count > 0;
	changes.reboot_required = error == 0 && booted_with(NULL);
	if (error == 0)
		note_other_default(&changes);
	changes_note_kexec(&changes);
	if (changes_print(options, &changes, why) < 0)
		error = -EIO;
	else if (error == 0 && !options->json && !write_dry_run &&
		 changes.reboot_required)
		print_plain(
			"\nReboot to get the devices back; 'vfio-early enable' takes them "
			"again.\n");
	changes_free(&changes);
	return error < 0 ? STATUS_FAILED : STATUS_OK;
}

static int run_disable(const struct options *options, int argc, char **argv)
{
	static const char hint[] =
		"it is for all cards: 'vfio-early enable DEVICE...' says "
		"which ones remain";

	if (!options_end(&command_disable, argc, argv, hint))
		return STATUS_USAGE;
	return disable(options);
}

const struct command command_disable = {
	.name = "disable",
	.run = run_disable,
	/* It never asks; scripts may say --yes to all commands. */
	.writes = true,
	.lock = LOCK_COMMAND,
	.way_back = true,
	.usage = "[--dry-run]",
	.summary = "make the normal boot the default again",
	.help = "The passthrough entry stays in the boot menu, and what was chosen stays chosen:\n"
		"'vfio-early enable' brings it back. No image and no boot menu is rebuilt.\n\n"
		"  --dry-run  say what would be done, and do nothing\n",
};
