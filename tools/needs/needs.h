/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the next boot needs of the functions that are to leave the host. */
#ifndef TOOLS_NEEDS_NEEDS_H
#define TOOLS_NEEDS_NEEDS_H

#include "tools/needs/need.h"

/*
 * Asks every source. What is in use now, and so cannot be taken anyhow (pci/host-use.h),
 * is not told again. needs_free in any case.
 */
void needs_find(const struct next_boot *boot, struct needs *needs);

#endif
