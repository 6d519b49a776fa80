/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's display is: the screen that shows the firmware, the boot, the console.
 */
#ifndef HOOK_DISPLAY_H
#define HOOK_DISPLAY_H

#include "cmdline/selector.h"

/* What speaks for a display, the weakest first. */
enum display_sign {
	SIGN_VGA_CONNECTED = 1 << 0, /* a monitor, and the class is 0300 */
	SIGN_BOOT_VGA = 1 << 1,	     /* exists for class 0300 alone */
	SIGN_CONNECTED = 1 << 2,     /* a monitor on a display of another class */
	SIGN_PANEL = 1 << 3,	     /* a built-in panel that is connected or in use */
	SIGN_FRAMEBUFFER = 1 << 4,   /* the firmware's picture is in its memory */
	SIGN_BOOT_DISPLAY = 1 << 5,  /* the kernel says so (from 6.17 on) */
};

/*
 * Where the firmware's framebuffer begins, 0 if there is none: from the kernel's boot
 * parameters (x86) or its map of memory. `root` as in sysfs.h.
 */
uint64_t framebuffer_address(int root);

/* The signs that one display has. */
uint8_t display_signs(int root, const struct pci_address *address, uint32_t class,
	uint64_t framebuffer);

/*
 * Whether a display with these signs is the host's, where `all` are those of all the
 * displays together: it has the strongest one.
 */
bool display_is_hosts(uint8_t signs, uint8_t all);

/* Whether a sign points at another display than at the host's, which has `signs`. */
bool display_signs_disagree(uint8_t signs, uint8_t all);

#endif
