/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is ours in files that are GRUB's: the variables in grubenv, the section of
 * grub.cfg. */
#ifndef TOOLS_BOOT_GRUB_PART_H
#define TOOLS_BOOT_GRUB_PART_H

/* As struct boot_loader has it. */
char *grub_part(const char *path, const char *now, const char *like);

#endif
