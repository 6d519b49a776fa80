/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sysfs says about the functions that the flag may speak of. */
#ifndef HOOK_SCAN_H
#define HOOK_SCAN_H

#include "cmdline/flag.h"
#include "hook/device.h"

enum { SCAN_MAX = 256 };

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
