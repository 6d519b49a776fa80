/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "tools/text/string.h"
#include "tools/boot/loader.h"
#include "tools/system/root.h"

/* The one that boots this host; NULL if it is none of the table. */
static const struct boot_loader *find_loader(void)
{
	for (size_t i = 0; boot_loaders[i] != NULL; i++)
		if (boot_loaders[i]->here())
			return boot_loaders[i];
	return NULL;
}

/* "GRUB is not", "neither GRUB nor Limine is" */
static char *none_is(void)
{
	CLEANUP_FREE char *names = copy_text("");

	for (size_t i = 0; boot_loaders[i] != NULL; i++)
		text_append(&names, "%s%s", i > 0 ? " nor " : "", boot_loaders[i]->name);
	return boot_loaders[1] == NULL ? format_text("%s is not", names)
				       : format_text("neither %s is", names);
}

int boot_change_all(boot_change *change, struct lines *steps, char **why)
{
	int failed = 0;

	for (size_t i = 0; boot_loaders[i] != NULL; i++) {
		CLEANUP_FREE char *sentence = NULL;
		int error = change(boot_loaders[i], steps, &sentence);

		if (error < 0) {
			add_sentence(why, sentence);
			failed = error;
		}
	}
	return failed;
}

void boot_read(struct boot_state *state)
{
	CLEANUP_FREE char *none = NULL;

	*state = (struct boot_state){.loader = find_loader()};
	if (state->loader != NULL) {
		state->loader->read(state);
		return;
	}
	none = none_is();
	state->why = format_text("%s the boot loader here", none);
}

char *boot_loader_missing(void)
{
	CLEANUP_FREE char *list = copy_text("");

	for (size_t i = 0; boot_loaders[i] != NULL; i++) {
		CLEANUP_FREE char *missing = boot_loaders[i]->missing();

		text_append(&list, "%s%s", i > 0 ? ", and no " : "", missing);
	}
	return format_text(
		"there is no %s; with another boot loader, give the kernel the "
		"words that 'vfio-early cmdline' prints",
		list);
}

char *boot_menu_command(void)
{
	const struct boot_loader *loader = find_loader();

	/* Proxmox copies kernels and menus to the partitions named there, and the loaders
	 * read those copies only. */
	if (root_exists("/etc/kernel/proxmox-boot-uuids"))
		return copy_text("proxmox-boot-tool refresh");
	return loader != NULL ? loader->command() : NULL;
}
