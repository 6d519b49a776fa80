/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SR-IOV: the virtual functions that the driver of a physical one makes. */
#ifndef TOOLS_PCI_VIRTUAL_FUNCTIONS_H
#define TOOLS_PCI_VIRTUAL_FUNCTIONS_H

#include "tools/pci/devices.h"

/* How many virtual functions it has now, and may have; 0 for one without SR-IOV. */
unsigned int virtual_functions_now(const struct pci_device *device);
unsigned int virtual_functions_most(const struct pci_device *device);

/*
 * The physical function that would have a virtual one at this address, where nothing is
 * now; `*number` is how many it must make at least. NULL: none would.
 */
const struct pci_device *virtual_function_maker(const struct devices *devices,
	const struct pci_address *address, unsigned int *number);

/* The first virtual function of a physical one; NULL: it has none. */
const struct pci_device *virtual_function_first(
	const struct devices *devices, const struct pci_device *device);

#endif
