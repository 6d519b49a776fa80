/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of one PCI function. */
#ifndef HOOK_DEVICE_H
#define HOOK_DEVICE_H

#include "hook/use.h"

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
	int32_t group;	     /* IOMMU group, -1 if there is none */
	char driver[DRIVER_NAME_MAX]; /* bound now; "" is none */
	struct device_use use;	      /* device_find_use() */
};

/*
 * Reads one function; false if it is not there. `framebuffer` as in display.h, for a
 * display's signs. Its card and whether it is the host's display take more than one.
 */
bool device_read(int root, const struct pci_address *address, uint64_t framebuffer,
	struct device *device);

/* What sysfs has in a function's directory beside the attributes: its relations and, of a
 * display, its signs. */
void device_read_relations(int root, uint64_t framebuffer, struct device *device);

/* The two halves of device_read(): what an ID selector needs to know, and no more, since
 * it is read for the whole bus; and the rest. */
bool device_identify(int root, const struct pci_address *address, struct device *device);
bool device_complete(int root, uint64_t framebuffer, struct device *device);

/* Behind device_identify(), what a selector's place needs to know, and no more: it is
 * read for every device that appears. False if it is gone. */
bool device_find_path(int root, struct pci_function *function);

/* Sets `use`, if the driver is one that may be unbound. Looking claims disks for a
 * moment: only for what the flag names. */
void device_find_use(int root, struct device *device);

#endif
