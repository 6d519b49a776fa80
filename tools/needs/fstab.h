/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/fstab: file systems and swap that the boot waits for. */
#ifndef TOOLS_NEEDS_FSTAB_H
#define TOOLS_NEEDS_FSTAB_H

#include "tools/needs/need.h"

void needs_of_fstab(const struct next_boot *boot, struct needs *needs);

#endif
