/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Having grub.cfg made anew. */
#ifndef TOOLS_BOOT_GRUB_UPDATE_H
#define TOOLS_BOOT_GRUB_UPDATE_H

#include "tools/boot/boot-loader.h"

/* The command that makes grub.cfg anew, for people; malloc'ed. */
char *grub_update_command(void);
/*
 * Runs it, and then looks into grub.cfg. Where it failed and left a broken grub.cfg, the
 * old one is put back. For the rest see make_entries in struct boot_loader.
 */
int grub_update(const struct entry_inputs *inputs, const struct kernels *kernels,
	bool *changed, struct lines *notes, char **why);

#endif
