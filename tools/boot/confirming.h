/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service that calls `vfio-early confirm` when a boot came up. */
#ifndef TOOLS_BOOT_CONFIRMING_H
#define TOOLS_BOOT_CONFIRMING_H

/* NULL if it will confirm a boot that came up; else a clause on why not, malloc'ed. */
char *boot_nobody_confirms(void);

#endif
