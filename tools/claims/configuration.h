/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of the kernel and of its modules: pure readers of one file's text
 * each. `path` goes into a claim's `source`.
 */
#ifndef TOOLS_CLAIMS_CONFIGURATION_H
#define TOOLS_CLAIMS_CONFIGURATION_H

#include "tools/claims/claim.h"

void claims_in_cmdline(struct claims *claims, struct span text, const char *path);
/* /etc/default/grub and its like: the words inside the quotes, by line. */
void claims_in_grub(struct claims *claims, struct span text, const char *path);
void claims_in_modprobe(struct claims *claims, struct span text, const char *path);
/* /etc/modules, modules-load.d, /etc/initramfs-tools/modules: a module and its options */
void claims_in_modules(struct claims *claims, struct span text, const char *path);
/* dracut.conf and mkinitcpio.conf: shell assignments of lists of modules */
void claims_in_shell_conf(struct claims *claims, struct span text, const char *path);

#endif
