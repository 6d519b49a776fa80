/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keyboards of the machine. */
#ifndef TOOLS_NEEDS_KEYBOARDS_H
#define TOOLS_NEEDS_KEYBOARDS_H

#include "tools/needs/need.h"

/* The last keyboard, if it hangs below the chosen functions. */
void needs_of_keyboards(const struct next_boot *boot, struct needs *needs);

#endif
