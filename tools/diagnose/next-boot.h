/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the next boot, as it is set up, changes about a card. */
#ifndef TOOLS_DIAGNOSE_NEXT_BOOT_H
#define TOOLS_DIAGNOSE_NEXT_BOOT_H

#include <stdbool.h>

struct context;
struct intent;

/* Whether a host driver has the card, and the next boot gives it to a VFIO driver for
 * those who want it in a VM. A restart is all it takes. */
bool next_boot_takes(const struct context *context, const struct intent *intent);
/* Whether vfio-early took the card in this boot, the host is to have it, and gets it with
 * the next boot. */
bool next_boot_returns(const struct context *context, const struct intent *intent);

#endif
