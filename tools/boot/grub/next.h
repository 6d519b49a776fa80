/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What GRUB will do at the next power-on. */
#ifndef TOOLS_BOOT_GRUB_NEXT_H
#define TOOLS_BOOT_GRUB_NEXT_H

#include "tools/boot/boot-loader.h"

/* Fills `next`, `why` and `parameters` of a state that has the rest, from the text of
 * grubenv and of grub.cfg. */
void grub_find_next(struct boot_state *state, const char *variables, const char *config);

#endif
