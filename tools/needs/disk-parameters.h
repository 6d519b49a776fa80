/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks that the kernel command line names, and the settings that end up there. */
#ifndef TOOLS_NEEDS_DISK_PARAMETERS_H
#define TOOLS_NEEDS_DISK_PARAMETERS_H

#include "tools/needs/need.h"

void needs_of_disk_parameters(const struct next_boot *boot, struct needs *needs);
/* Whether the line has the initramfs ask for a passphrase. */
bool line_asks_passphrase(const char *line);

#endif
