/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Over which network interfaces the host reaches whom. */
#ifndef TOOLS_PCI_ROUTES_H
#define TOOLS_PCI_ROUTES_H

#include "tools/text/lines.h"

/* Adds the interfaces of the default routes, IPv4 and IPv6. */
void routes_default(struct lines *interfaces);
/*
 * Adds the interface of the route to an address, "10.0.2.2" or "fd00::1": of the longest
 * prefix that fits, and of those the one with the lowest metric. False: it is no address,
 * or no route leads there.
 */
bool routes_to(const char *address, struct lines *interfaces);
/* Adds the interfaces that these are built from (bridges, bonds, VLANs), to the end; over
 * a tunnel, of which that cannot be told, every hardware interface that is up. */
void interfaces_add_carriers(struct lines *interfaces);
/* Adds every hardware interface that is not known to be down. */
void interfaces_add_up(struct lines *interfaces);

#endif
