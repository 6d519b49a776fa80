/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/text/string.h"
#include "tools/boot/boot-loader.h"
#include "tools/boot/evidence.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/guard.h"
#include "tools/boot/grub/other-system.h"
#include "tools/boot/grub/part.h"
#include "tools/boot/grub/state.h"
#include "tools/boot/grub/switch.h"
#include "tools/boot/grub/update.h"
#include "tools/system/root.h"
#include "tools/system/run.h"

#define SCRIPT "/etc/grub.d/45_vfio_early"

/* What GRUB reads, and not another system's GRUB, or nobody. */
static enum boot_proof grub_here(const struct boot_evidence *evidence, char **why)
{
	const char *directory = grub_directory();

	if (directory == NULL)
		return BOOT_NOT_HERE;
	if (evidence->by == BOOTED_BY_GRUB) {
		*why = grub_of_other_system();
		return *why == NULL ? BOOT_PROVEN : BOOT_FILES_HERE;
	}
	*why = format_text("nothing shows that GRUB reads %s/grub.cfg at power-on: %s",
		directory, evidence->clause);
	return BOOT_FILES_HERE;
}

static char *grub_missing(void)
{
	return format_text("grub.cfg in %s/boot/grub or /boot/grub2", root_directory);
}

/* grub-mkconfig has to call us, and what is for one boot has to be taken back by GRUB. */
static char *grub_obstacle(const struct boot_guard *guard, enum boot_switch to)
{
	if (to == BOOT_ONCE && !guard->save)
		return format_text("--once needs GRUB to write to its grubenv, but %s; "
				   "without --once the passthrough entry becomes the "
				   "default",
			guard->reason);
	if (run_finds(SCRIPT))
		return NULL;
	return format_text("%s" SCRIPT
			   " is not there, or not executable; installing vfio-early "
			   "puts it there",
		root_directory);
}

static char *grub_config(void)
{
	return grub_file("grub.cfg");
}

static char *grub_environment(void)
{
	return grub_file("grubenv");
}

const struct boot_loader boot_loader_grub = {
	.name = "GRUB",
	.menu = "grub.cfg",
	.place_of_parameters = "GRUB_CMDLINE_LINUX in /etc/default/grub",
	.failed_mark = GRUBENV_FAILED "=1",
	.own_file = SCRIPT,
	.here = grub_here,
	.missing = grub_missing,
	.read = grub_read,
	.guard = grub_guard,
	.obstacle = grub_obstacle,
	.command = grub_update_command,
	.place_of_entries = grub_config,
	.place_of_switch = grub_environment,
	.make_entries = grub_update,
	.set = grub_set,
	.part = grub_part,
	.confirm = grub_confirm,
	.stop = grub_stop,
};
