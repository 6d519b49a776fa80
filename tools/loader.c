/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same decisions as in grub-takeover.c, which GRUB carries out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base.h"
#include "tools/grub-entries.h"
#include "tools/grub-menu.h"
#include "tools/grubenv.h"
#include "tools/loader.h"
#include "tools/root.h"

/* The marks that grub-mkconfig puts around what a file of /etc/grub.d printed. */
static const char section_begin[] = "### BEGIN /etc/grub.d/45_vfio_early ###";
static const char section_end[] = "### END /etc/grub.d/45_vfio_early ###";

/* Our section of a grub.cfg; NULL if it is not there or empty. malloc'ed. */
static char *find_section(const char *config)
{
	const char *begin = strstr(config, section_begin);
	const char *end = begin != NULL ? strstr(begin, section_end) : NULL;
	char *section;

	if (end == NULL)
		return NULL;
	section = format_text("%.*s", (int)(end - begin), begin);
	if (strstr(section, GRUB_ENTRY_ID "'") != NULL)
		return section;
	free(section);
	return NULL;
}

static void decide(struct loader *loader, enum next_entry next, const char *why)
{
	loader->next = next;
	loader->why = copy_text(why);
}

/* grub-reboot NAME, or a saved entry that the user's own configuration makes default. */
static bool is_chosen(const char *entry)
{
	return entry != NULL && strncmp(entry, GRUB_ENTRY_ID, strlen(GRUB_ENTRY_ID)) == 0;
}

static void follow_takeover(struct loader *loader, const char *config, const char *block)
{
	CLEANUP_FREE char *next = grubenv_value(block, "next_entry");
	CLEANUP_FREE char *saved = grubenv_value(block, "saved_entry");
	bool failed = loader->failed || (loader->pending && loader->inputs.guard.on);

	if (next != NULL && next[0] != '\0')
		decide(loader, is_chosen(next) ? NEXT_PASSTHROUGH : NEXT_NORMAL,
			"chosen for one boot with grub-reboot");
	else if (!loader->entries)
		decide(loader, NEXT_NORMAL, "grub.cfg has no entry of vfio-early");
	else if (failed)
		decide(loader, NEXT_NORMAL,
			loader->failed ? "the last passthrough boot did not come up"
				       : "this passthrough boot is not confirmed yet");
	else if (loader->once && loader->inputs.guard.save)
		decide(loader, NEXT_PASSTHROUGH, "for one boot, as enable --once said");
	else if (loader->enabled)
		decide(loader, NEXT_PASSTHROUGH, "until 'vfio-early disable'");
	else if (is_chosen(saved) &&
		 strstr(config, "set default=\"${saved_entry}\"") != NULL)
		decide(loader, NEXT_PASSTHROUGH, "the entry was saved as GRUB's default");
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
	CLEANUP_FREE char *config = NULL, *section = NULL, *block = NULL;
	int error = root_read(path, &config, NULL);

	*loader = (struct loader){.next = NEXT_UNKNOWN};
	if (error < 0) {
		loader->why = error == -ENOENT
				      ? copy_text("GRUB is not the boot loader here")
				      : format_text("cannot read %s%s: %s",
						root_directory, path, strerror(-error));
		return;
	}
	if (grubenv_read(&block, &loader->why) < 0)
		return;
	loader->found = true;
	section = find_section(config);
	loader->entries = section != NULL;
	if (section != NULL)
		grub_inputs_parse(section, &loader->inputs);
	loader->enabled = grubenv_is_set(block, GRUBENV_ENABLED);
	loader->once = grubenv_is_set(block, GRUBENV_ONCE);
	loader->pending = grubenv_is_set(block, GRUBENV_PENDING);
	loader->failed = grubenv_is_set(block, GRUBENV_FAILED);
	follow_takeover(loader, config, block);
	if (loader->next == NEXT_NORMAL)
		loader->words = normal_words(config);
	else if (loader->inputs.words != NULL)
		loader->words = copy_text(loader->inputs.words);
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
	grub_inputs_free(&loader->inputs);
	*loader = (struct loader){0};
}
