/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI devices of the machine as a person sees them: names, cards, companions. */
#ifndef TOOLS_PCI_DEVICES_H
#define TOOLS_PCI_DEVICES_H

#include "hook/scan.h"

/* A vendor that more than one place asks about. */
enum { VENDOR_ATI = 0x1002, VENDOR_NVIDIA = 0x10de };

/* One PCI function and its names. */
struct pci_device {
	struct device facts; /* all but `use`, for which disks would have to be opened */
	char *address;	     /* "0000:01:00.0" */
	char *id;	     /* "1234:1111" */
	char *subsystem;     /* "1af4:1100"; "" if the function has none */
	char *name; /* vendor and device, from pci.ids; "Device 1234:1111" without */
	char *class_name; /* from pci.ids: "VGA compatible controller" */
	char *variant;	  /* the VFIO driver made for it; NULL: vfio-pci is the best */
};

struct pci_access;

struct devices {
	struct pci_device *device; /* by address: the functions of a card together */
	size_t count;
	uint8_t display_signs;	   /* enum display_sign: of all displays */
	char *names_missing;	   /* a sentence: why there are no names; NULL */
	struct pci_access *access; /* libpci's own, for resolve.c */
};

/*
 * Configuration space is left alone, and a header's type guessed from the class: reading
 * it of a device that is dead may never end. For those who have seen it not to end.
 */
extern bool devices_without_config;

/*
 * Reads every PCI function below --root. 0, or -errno and a sentence: no PCI bus at all,
 * or it cannot be read. A damaged pci.ids costs names only.
 */
int devices_read(struct devices *devices, char **why);
void devices_free(struct devices *devices);

#endif
