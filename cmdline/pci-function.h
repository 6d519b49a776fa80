/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PCI function: its address, its ID, and the bridges above it. */
#ifndef CMDLINE_PCI_FUNCTION_H
#define CMDLINE_PCI_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

enum { PCI_DEPTH_MAX = 8 }; /* bridges above a device that a path can name */

struct pci_address {
	uint32_t domain;
	uint8_t bus;
	uint8_t device;
	uint8_t function;
};

/* What a selector is matched against. */
struct pci_function {
	struct pci_address address;
	uint16_t vendor;
	uint16_t device;
	uint16_t subvendor;
	uint16_t subdevice;
	uint8_t depth;				 /* bridges in `above` */
	struct pci_address above[PCI_DEPTH_MAX]; /* from the root bus downwards */
	/* A virtual function on another bus than its physical one: the kernel hangs that
	 * bus below the same bridge, but a path means the bridge's own. */
	bool off_path;
};

#endif
