/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second half of our section of grub.cfg. Pure. */
#ifndef TOOLS_BOOT_GRUB_TAKEOVER_H
#define TOOLS_BOOT_GRUB_TAKEOVER_H

#include "tools/boot/boot-loader.h"

/* Takes the default over as grubenv says. malloc'ed. */
char *grub_takeover(const struct boot_guard *guard);

#endif
