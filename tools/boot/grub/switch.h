/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The switch in grubenv. For all see struct boot_loader. */
#ifndef TOOLS_BOOT_GRUB_SWITCH_H
#define TOOLS_BOOT_GRUB_SWITCH_H

#include "tools/boot/boot-loader.h"

int grub_set(enum boot_switch to, bool *changed, char **why);
int grub_confirm(bool *changed, char **why);
/* boot_loader.stop */
int grub_stop(bool *changed, char **why);

#endif
