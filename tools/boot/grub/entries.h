/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our section of grub.cfg: the passthrough entries, and what makes them the default. */
#ifndef TOOLS_BOOT_GRUB_ENTRIES_H
#define TOOLS_BOOT_GRUB_ENTRIES_H

#include "tools/boot/boot-loader.h"

/*
 * The section for these inputs, made by the distribution's own /etc/grub.d/10_linux with
 * a longer command line; it runs in the environment that grub-mkconfig gives to us.
 * 0 and a malloc'ed text that grub-script-check has passed; or -errno and a sentence.
 */
int grub_entries_make(const struct entry_inputs *inputs, char **section, char **why);

#endif
