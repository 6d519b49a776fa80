/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running system uses a PCI function for, so that it cannot do without it. */
#ifndef TOOLS_PCI_HOST_USE_H
#define TOOLS_PCI_HOST_USE_H

#include "tools/pci/devices.h"

/*
 * Clauses such as "the filesystem on / is on its disk nvme0n1" without a full stop,
 * malloc'ed; NULL if there is no such use. What cannot be found out counts as used.
 */
/* A mounted filesystem or swap on a disk below the function, on its partitions, or on
 * what is built from them (LVM, RAID, encryption). */
char *uses_storage(const struct pci_device *device);
/* The default route, over a network interface below the function or over what is built
 * from it (bridges, bonds, VLANs). */
char *uses_network(const struct pci_device *device);

#endif
