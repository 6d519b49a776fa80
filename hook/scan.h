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

#endif
