/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot loader of this host, whichever of those in the table it is. */
#ifndef TOOLS_BOOT_LOADER_H
#define TOOLS_BOOT_LOADER_H

#include "tools/boot/boot-loader.h"

/* One change of a loader. 0, and what was done as a line for `steps` if anything was; or
 * -errno and a sentence. */
typedef int boot_change(
	const struct boot_loader *loader, struct lines *steps, char **why);

/* Has every loader of the table changed, also those that do not boot this host: one that
 * cannot be changed keeps no other from it. 0, or the last -errno, and all sentences. */
int boot_change_all(boot_change *change, struct lines *steps, char **why);

/* What it will do at the next power-on, and why. */
void boot_read(struct boot_state *state);

/*
 * A sentence for where there is none that is known to boot this machine: what does, what
 * says so, and how these parameters (NULL: not known yet) are given to it by hand.
 * malloc'ed.
 */
char *boot_loader_missing(const char *words);
/*
 * The command that makes the boot menu of this host anew, for people, after a change of
 * the parameters of all boots. malloc'ed; NULL if it is not known.
 */
char *boot_menu_command(void);

/* As struct boot_loader has `part`, of whichever loader's file it is. */
char *boot_part(const char *path, const char *now, const char *like);

#endif
