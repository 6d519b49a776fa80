/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems over a network: where their servers are, and which interface leads there.
 */
#ifndef TOOLS_NEEDS_SERVERS_H
#define TOOLS_NEEDS_SERVERS_H

#include "tools/needs/need.h"
#include "tools/text/span.h"

/* Adds the interface of the route to each address in a text, and to each name of a host
 * in it that /etc/hosts has. False: no address was found. */
bool addresses_add_interfaces(struct span text, struct lines *interfaces);
/*
 * Adds the interfaces by which a mount's server is reached: that of the route to each
 * address in its source and in the options addr= and mon_addr=. False: this type of file
 * system is not over a network.
 */
bool server_interfaces(const char *type, const char *source, const char *options,
	struct lines *interfaces);
/*
 * The next chosen function (NULL: the first) below one of these interfaces, or what they
 * are built from; NULL at the end. A function with the default route, which cannot be
 * taken anyhow, is passed over. `interface` is the set's.
 */
const struct pci_device *interface_owner(const struct next_boot *boot,
	const struct pci_device *after, struct lines *interfaces, const char **interface);

#endif
