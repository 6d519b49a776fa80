/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/boot/boot-loader.h"

const struct boot_loader *const boot_loaders[] = {&boot_loader_grub, NULL};
