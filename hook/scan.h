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
	int32_t group;	     /* IOMMU group, -1 if there is none */
	bool boot_vga;	     /* the display that the firmware used */
	bool in_use;	     /* a mounted filesystem or swap lies below it */
	char driver[DRIVER_NAME_MAX]; /* bound now; "" is none */
};

struct scan {
	unsigned int count;
	bool whole_bus; /* an ID had to be looked for: every display is in here */
	bool overflow;	/* more functions than fit: nothing may be bound */
	struct device device[SCAN_MAX]; /* by address */
};

/*
 * Reads the functions that the flag names below the directory `root` (an open fd of "/"
 * or of the test's root): those at its places, and for an ID without a place every
 * display and every function with that ID. Devices that cannot be read are left out.
 */
void scan_devices(int root, const struct flag *flag, struct scan *scan);

/* Reads one function; false if it is not there. */
bool scan_device(int root, const struct pci_address *address, struct device *device);

/* VGA, XGA and other displays; a 3D controller (0302) shows nothing by itself. */
bool device_is_display(const struct device *device);

#endif
