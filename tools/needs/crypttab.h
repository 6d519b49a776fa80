/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/crypttab: encrypted volumes that the boot opens, and their keys. */
#ifndef TOOLS_NEEDS_CRYPTTAB_H
#define TOOLS_NEEDS_CRYPTTAB_H

#include "tools/needs/need.h"

void needs_of_crypttab(const struct next_boot *boot, struct needs *needs);
/* Whether a volume there is opened with a passphrase that somebody types. */
bool crypttab_asks_passphrase(void);

#endif
