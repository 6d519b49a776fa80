/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB as it is set up now: the switch in grubenv, our section in grub.cfg. */
#ifndef TOOLS_BOOT_GRUB_STATE_H
#define TOOLS_BOOT_GRUB_STATE_H

#include "tools/boot/boot-loader.h"

/* Fills a state that has nothing but the loader. */
void grub_read(struct boot_state *state);

#endif
