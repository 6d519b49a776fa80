/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mediated devices: the pieces that a driver of the host makes of its card (GVT-g, NVIDIA
 * vGPU). */
#ifndef TOOLS_PCI_MDEV_H
#define TOOLS_PCI_MDEV_H

#include "tools/text/span.h"
#include "tools/pci/devices.h"

/* Whether the driver that has the function now makes pieces of it. */
bool mdev_is_offered(const struct pci_device *device);
/*
 * How many more pieces of this type ("i915-GVTg_V5_4", "nvidia-259") can be made of it;
 * -1: the driver offers no such type.
 */
long mdev_available(const struct pci_device *device, struct span type);
/* The types that are offered, with ", " between; "" if none is. malloc'ed. */
char *mdev_types(const struct pci_device *device);

/* The function that the piece with this UUID was made of; NULL: there is no such piece,
 * or it is of no function here. */
const struct pci_device *mdev_parent(const struct devices *devices, const char *uuid);
/* Whether the piece is there. */
bool mdev_exists(const char *uuid);
/* How many pieces there are of the function: mediated devices and virtual functions. */
size_t card_pieces(const struct devices *devices, const struct pci_device *device);

#endif
