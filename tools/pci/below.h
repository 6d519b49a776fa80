/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sysfs has below a PCI function, and sets of the names of it. */
#ifndef TOOLS_PCI_BELOW_H
#define TOOLS_PCI_BELOW_H

#include "tools/pci/devices.h"
#include "tools/text/lines.h"

/* Whether a link of sysfs leads below the function. */
bool leads_below(const char *path, const struct pci_device *device);

/* A set of names of block devices or network interfaces, which may grow while it is
 * walked. True: the name is new. */
bool set_add(struct lines *set, const char *name);
/* Adds the names in a directory that begin so, without that beginning. */
void set_add_names(struct lines *set, const char *directory, const char *start);

/* The first of these network interfaces that is the function's; the set's, or NULL. */
const char *interface_below(
	const struct lines *interfaces, const struct pci_device *device);

#endif
