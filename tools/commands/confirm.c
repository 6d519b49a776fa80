/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vfio-early-confirm.service calls when the system is up. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/text/lines.h"
#include "tools/commands/changes.h"
#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/boot/grub/environment.h"
#include "tools/system/root.h"
#include "tools/system/write.h"

/*
 * A system that wakes from hibernation still has in memory what was in the file before
 * GRUB set its mark there: this makes the kernel read it from the disk.
 */
static void forget_grubenv(void)
{
	CLEANUP_FREE char *path = grub_file("grubenv");
	CLEANUP_FREE char *real = NULL;
	int file = root_resolve(path, &real) == 0 ? open(real, O_RDONLY | O_CLOEXEC) : -1;

	if (file < 0)
		return;
	posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	close(file);
}

static int run_confirm(const struct options *options, int argc, char **argv)
{
	/* Only a mark that is set: where there is none, grubenv is not even made. */
	static const char *const clear[] = {GRUBENV_PENDING "=0", NULL};
	CLEANUP_FREE char *text = NULL, *why = NULL;
	struct changes changes = {0};
	int error;

	if (!options_end(&command_confirm, argc, argv, "'confirm' takes no arguments"))
		return STATUS_USAGE;
	forget_grubenv();
	error = grubenv_read(&text, &why);
	if (error == 0 && grubenv_is_set(text, GRUBENV_PENDING))
		error = grubenv_change(clear, &changes.changed, &why);
	if (changes.changed)
		lines_add(&changes.steps, "tell GRUB that this boot came up");
	/* Quiet where there is nothing to do, which is at every normal boot. */
	if (options->json || (write_dry_run && error == 0)) {
		if (changes_print(options, &changes, why) < 0)
			error = -EIO;
	} else if (error < 0)
		print_message("%s; the next boot will be a normal one", why);
	changes_free(&changes);
	return error < 0 ? STATUS_FAILED : STATUS_OK;
}

const struct command command_confirm = {
	.name = "confirm",
	.run = run_confirm,
	.usage = "[--dry-run]",
	.summary = "tell GRUB that this boot came up; a service does so",
	.help = "  --dry-run  say what would be done, and do nothing\n",
	/* No lock but that of grubenv: it has no time to wait until `enable` has ended.
	 */
	.writes = true,
};
