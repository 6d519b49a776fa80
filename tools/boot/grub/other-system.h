/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB of another system on this machine, whose menu starts this one. */
#ifndef TOOLS_BOOT_GRUB_OTHER_SYSTEM_H
#define TOOLS_BOOT_GRUB_OTHER_SYSTEM_H

/* A sentence without its full stop where the GRUB that the firmware started reads the
 * grub.cfg of another file system than ours; malloc'ed. NULL: nothing says so. */
char *grub_of_other_system(void);

#endif
