/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same decisions as in grub-takeover.c, which GRUB carries out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/grub/entries.h"
#include "tools/boot/grub/menu.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/loader.h"
#include "tools/system/root.h"

static void decide(struct loader *loader, enum next_entry next, const char *why)
{
	loader->next = next;
	loader->why = copy_text(why);
}

/* grub-reboot NAME, or a saved entry that the user's own configuration makes default. */
static bool is_chosen(const char *entry)
{
	return entry != NULL && text_begins(entry, GRUB_ENTRY_ID);
}

/* The default of the user's own configuration, GRUB_DEFAULT=saved. */
static bool is_saved_default(const char *config)
{
	CLEANUP_FREE char *block = NULL;
	CLEANUP_FREE char *why = NULL;
	CLEANUP_FREE char *saved = NULL;

	if (strstr(config, "set default=\"${saved_entry}\"") == NULL ||
		grubenv_read(&block, &why) < 0)
		return false;
	saved = grubenv_value(block, "saved_entry");
	return is_chosen(saved);
}

/* GRUB_DEFAULT=vfio-early, as 00_header writes it; our own section has no quotes there.
 */
static bool is_own_default(const char *config)
{
	return strstr(config, "set default=\"" GRUB_ENTRY_ID) != NULL;
}

static void follow_takeover(struct loader *loader, const char *config)
{
	const struct grub *grub = &loader->grub;
	bool failed = grub->failed || (grub->pending && grub->inputs.guard.on);

	if (grub->next_entry != NULL)
		decide(loader,
			is_chosen(grub->next_entry) ? NEXT_PASSTHROUGH : NEXT_NORMAL,
			"chosen for one boot with grub-reboot");
	else if (!grub->present)
		decide(loader, NEXT_NORMAL, "grub.cfg has no entry of vfio-early");
	else if (failed)
		decide(loader, NEXT_NORMAL,
			grub->failed ? "the last passthrough boot did not come up"
				     : "this passthrough boot is not confirmed yet");
	else if (grub->once && grub->inputs.guard.save)
		decide(loader, NEXT_PASSTHROUGH, "for one boot, as enable --once said");
	else if (grub->enabled)
		decide(loader, NEXT_PASSTHROUGH, "until 'vfio-early disable'");
	else if (is_saved_default(config))
		decide(loader, NEXT_PASSTHROUGH, "the entry was saved as GRUB's default");
	else if (is_own_default(config))
		decide(loader, NEXT_PASSTHROUGH, "as GRUB_DEFAULT says");
	else
		decide(loader, NEXT_NORMAL, "passthrough is not enabled");
}

/* Somebody may have put the flag into the normal entries by hand. */
static char *normal_words(const char *config)
{
	CLEANUP_FREE char *why = NULL;
	char *words = NULL;
	struct menu menu;

	if (menu_read(config, &menu, &why) < 0)
		return NULL;
	for (size_t i = 0; i < menu.count && words == NULL; i++)
		if (!menu.entry[i].submenu && !is_chosen(menu.entry[i].id))
			words = menu_words(menu.entry[i].body);
	menu_free(&menu);
	return words;
}

void loader_read(struct loader *loader)
{
	CLEANUP_FREE char *path = grub_file("grub.cfg");
	CLEANUP_FREE char *config = NULL;
	int error = root_read(path, &config, NULL);

	*loader = (struct loader){.next = NEXT_UNKNOWN};
	grub_read(&loader->grub);
	if (error == -ENOENT)
		loader->why = copy_text("GRUB is not the boot loader here");
	else if (error < 0)
		loader->why = format_text(
			"cannot read %s%s: %s", root_directory, path, strerror(-error));
	else if (loader->grub.trouble != NULL)
		loader->why = copy_text(loader->grub.trouble);
	if (loader->why != NULL)
		return;
	follow_takeover(loader, config);
	if (loader->next == NEXT_NORMAL)
		loader->words = normal_words(config);
	else if (loader->grub.inputs.words != NULL)
		loader->words = copy_text(loader->grub.inputs.words);
}

const char *next_entry_text(enum next_entry next)
{
	switch (next) {
	case NEXT_UNKNOWN:
		return "unknown";
	case NEXT_NORMAL:
		return "normal";
	case NEXT_PASSTHROUGH:
		return "passthrough";
	}
	return "";
}

void loader_free(struct loader *loader)
{
	free(loader->why);
	free(loader->words);
	grub_free(&loader->grub);
	*loader = (struct loader){0};
}
