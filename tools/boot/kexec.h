/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reboot that goes past the boot loader. */
#ifndef TOOLS_BOOT_KEXEC_H
#define TOOLS_BOOT_KEXEC_H

/* A clause without a full stop, with the way to a full reboot, where a kernel is loaded
 * or will be; malloc'ed. NULL: the next reboot goes through the boot loader. */
char *kexec_warning(void);

#endif
