/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our section of grub.cfg: the passthrough entries, and what makes them the default. */
#ifndef TOOLS_BOOT_GRUB_ENTRIES_H
#define TOOLS_BOOT_GRUB_ENTRIES_H

#include "tools/boot/grub/inputs.h"

/* Ids of entries: nothing else in grub.cfg begins so. */
#define GRUB_ENTRY_ID "vfio-early"	     /* the newest kernel, the default */
#define GRUB_SUBMENU_ID "vfio-early-kernels" /* every kernel */

/*
 * The section for these inputs, made by the distribution's own /etc/grub.d/10_linux with
 * a longer command line; it runs in the environment that grub-mkconfig gives to us.
 * 0 and a malloc'ed text that grub-script-check has passed; or -errno and a sentence.
 */
int grub_entries_make(const struct grub_inputs *inputs, char **section, char **why);

/* The second half of the section: takes the default over as grubenv says. malloc'ed. */
char *grub_takeover(const struct grub_guard *guard);

#endif
