/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "tools/text/string.h"
#include "tools/boot/by-hand.h"
#include "tools/boot/evidence.h"
#include "tools/boot/loader.h"
#include "tools/system/root.h"

/* The one that boots this host; NULL if it is none of the table, and in `*doubt` a clause
 * on the first whose files are here all the same, or NULL. */
static const struct boot_loader *find_loader(
	const struct boot_evidence *evidence, char **doubt)
{
	*doubt = NULL;
	for (size_t i = 0; boot_loaders[i] != NULL; i++) {
		CLEANUP_FREE char *why = NULL;
		enum boot_proof proof = boot_loaders[i]->here(evidence, &why);

		if (proof == BOOT_PROVEN) {
			free(*doubt);
			*doubt = NULL;
			return boot_loaders[i];
		}
		if (proof == BOOT_FILES_HERE && *doubt == NULL && why != NULL)
			*doubt = copy_text(why);
	}
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

/* What boots a machine that vfio-early does not switch, and the way by hand: a sentence
 * without its full stop; NULL where that is not known. */
static char *tell_other(const struct boot_evidence *evidence, const char *words)
{
	CLEANUP_FREE char *way = boot_by_hand(evidence, words);

	return way != NULL
		       ? format_text("%s boots this machine (%s), and vfio-early does "
				     "not switch that; by hand: %s",
				 evidence->name, evidence->clause, way)
		       : NULL;
}

void boot_read(struct boot_state *state)
{
	CLEANUP_FREE char *none = NULL, *doubt = NULL;
	struct boot_evidence evidence;

	boot_evidence_read(&evidence);
	*state = (struct boot_state){.loader = find_loader(&evidence, &doubt)};
	if (state->loader != NULL) {
		state->loader->read(state);
		state->evidence = copy_text(evidence.clause);
	} else {
		none = none_is();
		state->why = tell_other(&evidence, NULL);
		if (state->why == NULL)
			state->why =
				doubt != NULL
					? copy_text(doubt)
					: format_text("%s the boot loader here", none);
	}
	boot_evidence_free(&evidence);
}

/* What none of the table finds here. */
static char *tell_missing(void)
{
	CLEANUP_FREE char *list = copy_text("");

	for (size_t i = 0; boot_loaders[i] != NULL; i++) {
		CLEANUP_FREE char *missing = boot_loaders[i]->missing();

		text_append(&list, "%s%s", i > 0 ? ", and no " : "", missing);
	}
	return format_text("there is no %s", list);
}

char *boot_loader_missing(const char *words)
{
	CLEANUP_FREE char *doubt = NULL, *missing = NULL;
	struct boot_evidence evidence;
	char *other;

	boot_evidence_read(&evidence);
	find_loader(&evidence, &doubt);
	other = tell_other(&evidence, words);
	boot_evidence_free(&evidence);
	if (other != NULL)
		return other;
	missing = doubt != NULL ? copy_text(doubt) : tell_missing();
	return format_text("%s; with another boot loader, give the kernel the words that "
			   "'vfio-early cmdline' prints",
		missing);
}

char *boot_menu_command(void)
{
	CLEANUP_FREE char *doubt = NULL;
	const struct boot_loader *loader;
	struct boot_evidence evidence;

	/* Proxmox copies kernels and menus to the partitions named there, and the loaders
	 * read those copies only. */
	if (root_exists("/etc/kernel/proxmox-boot-uuids"))
		return copy_text("proxmox-boot-tool refresh");
	boot_evidence_read(&evidence);
	loader = find_loader(&evidence, &doubt);
	boot_evidence_free(&evidence);
	return loader != NULL ? loader->command() : NULL;
}

char *boot_part(const char *path, const char *now, const char *like)
{
	char *text = NULL;

	for (size_t i = 0; boot_loaders[i] != NULL && text == NULL; i++)
		if (boot_loaders[i]->part != NULL)
			text = boot_loaders[i]->part(path, now, like);
	return text;
}
