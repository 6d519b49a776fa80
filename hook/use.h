/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the running system uses a device, as far as it can be seen from outside. */
#ifndef HOOK_USE_H
#define HOOK_USE_H

#include "cmdline/selector.h"

enum use_kind {
	USE_NONE,
	USE_DISK,      /* claimed: a mounted filesystem, swap, RAID, LVM, encryption */
	USE_INTERFACE, /* has an address, a route or a master */
	USE_CONSOLE,   /* the kernel writes its messages there */
	USE_OPEN,      /* a program has its node in /dev open */
	USE_GUEST,     /* a guest has its group */
};

struct device_use {
	enum use_kind kind;
	char name[32]; /* of the disk, the interface, the node below /dev */
};

/* Where to look. */
enum {
	LOOK_DISKS = 1 << 0,
	LOOK_INTERFACES = 1 << 1,
	LOOK_SERIAL = 1 << 2, /* terminals */
	LOOK_SOUND = 1 << 3,
	LOOK_GUEST = 1 << 4,
};

/*
 * The first use that is found of what lies below the device (a disk on its USB, too).
 * What cannot be found out counts as a use. `group` is its IOMMU group, for LOOK_GUEST;
 * `root` as in sysfs.h.
 */
void device_use_find(int root, const struct pci_address *address, int32_t group,
	unsigned int looks, struct device_use *use);

/* Adds "the disk nvme0n1, ...": what uses it, for "in use by". */
void device_use_add(const struct device_use *use, struct text *text);

#endif
