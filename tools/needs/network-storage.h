/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems and disks in use now that are reached over a network. */
#ifndef TOOLS_NEEDS_NETWORK_STORAGE_H
#define TOOLS_NEEDS_NETWORK_STORAGE_H

#include "tools/needs/need.h"

void needs_of_network_storage(const struct next_boot *boot, struct needs *needs);

#endif
