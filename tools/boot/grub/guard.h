/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether GRUB can write its grubenv when it boots. */
#ifndef TOOLS_BOOT_GRUB_GUARD_H
#define TOOLS_BOOT_GRUB_GUARD_H

#include "tools/boot/boot-loader.h"

void grub_guard(struct boot_guard *guard);

#endif
