/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sysfs says about the functions that the flag may speak of. */
#ifndef HOOK_SCAN_H
#define HOOK_SCAN_H

#include "cmdline/flag.h"

enum { SCAN_MAX = 256 };

/* What the header type may be, without bit 7, which says that there are more functions.
 */
enum {
	HEADER_NORMAL = 0x00,
	HEADER_DEAD = 0x7f, /* all bits set: the device has fallen off the bus */
};

struct device {
	struct pci_function function;
	uint32_t class;	     /* 24 bits: class, subclass, programming interface */
	uint8_t header_type; /* PCI configuration space, offset 0x0e, without bit 7 */
	uint8_t card;	     /* the number of the function that its card is known by */
	uint8_t signs;	     /* class 03: enum display_sign */
	bool boot_display;   /* the host's display; only known of a whole bus */
	bool is_virtual;     /* SR-IOV: a virtual function */
	bool is_parent;	     /* virtual functions or mediated devices hang on it */
	bool in_use;	     /* a mounted filesystem or swap lies below it */
	int32_t group;	     /* IOMMU group, -1 if there is none */
	char driver[DRIVER_NAME_MAX]; /* bound now; "" is none */
};

struct scan {
	unsigned int count;
	bool whole_bus;	      /* an ID had to be looked for: every display is in here */
	uint64_t framebuffer; /* as in display.h */
	bool overflow;	      /* more functions than fit: nothing may be bound */
	struct device device[SCAN_MAX]; /* by address */
};

/*
 * Reads the functions that the flag names below the directory `root` (an open fd of "/"
 * or of the test's root): those at its places, and for an ID without a place every
 * display and every function with that ID; and what shares a group with any of them.
 * Devices that cannot be read are left out.
 */
void scan_devices(int root, const struct flag *flag, struct scan *scan);

/*
 * Reads one function; false if it is not there. `framebuffer` as in display.h, for a
 * display's signs. Its card and whether it is the host's display take more than one.
 */
bool scan_device(int root, const struct pci_address *address, uint64_t framebuffer,
	struct device *device);

/* What sysfs has in a function's directory beside the attributes: its relations and, of a
 * display, its signs. */
void scan_relations(int root, uint64_t framebuffer, struct device *device);

#endif
