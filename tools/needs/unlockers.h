/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What opens an encrypted root over the network, from inside the initramfs. */
#ifndef TOOLS_NEEDS_UNLOCKERS_H
#define TOOLS_NEEDS_UNLOCKERS_H

#include "tools/needs/need.h"

void needs_of_unlockers(const struct next_boot *boot, struct needs *needs);

#endif
