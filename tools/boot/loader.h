/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot loader of this host, whichever of those in the table it is. */
#ifndef TOOLS_BOOT_LOADER_H
#define TOOLS_BOOT_LOADER_H

#include "tools/boot/boot-loader.h"

/* What it will do at the next power-on, and why. */
void boot_read(struct boot_state *state);

/* A sentence for where there is none that is known. malloc'ed. */
char *boot_loader_missing(void);
/*
 * The command that makes the boot menu of this host anew, for people, after a change of
 * the parameters of all boots. malloc'ed; NULL if it is not known.
 */
char *boot_menu_command(void);

#endif
