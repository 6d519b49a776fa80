/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What claims a device, or stands in the way of a driver, by file and line. */
#ifndef TOOLS_CLAIMS_CLAIM_H
#define TOOLS_CLAIMS_CLAIM_H

#include "tools/pci/devices.h"
#include "tools/text/span.h"

enum claim_kind {
	CLAIM_VFIO,   /* gives the device to a VFIO driver (or to pci-stub, to be free) */
	CLAIM_HOST,   /* gives it to a driver of the host */
	CLAIM_SCRIPT, /* a script that moves devices between drivers as the system runs */
	CLAIM_BLOCK,  /* keeps the module `what` from being loaded */
	CLAIM_LEFTOVER, /* a file of an older set-up for passthrough */
	CLAIM_ORDER,	/* loads vfio-pci early: takes nothing by itself */
};

/* Which devices a claim speaks of. */
enum claim_target {
	TARGET_UNKNOWN, /* it may be any */
	TARGET_ADDRESS,
	TARGET_ID, /* as in vfio-pci's ids= */
	TARGET_MODULE,
};

enum { ID_ANY = 0xffffffff }; /* the kernel's PCI_ANY_ID */

/* What a CLAIM_BLOCK blocks with this word: every graphics driver of the kernel's own. */
#define CLAIM_NOMODESET "nomodeset"

/* vendor:device[:subvendor[:subdevice[:class[:class_mask]]]] */
struct claim_id {
	uint32_t vendor, device, subvendor, subdevice, class, mask;
};

struct claim {
	enum claim_kind kind;
	enum claim_target target;
	struct pci_address address;
	struct claim_id id;
	char *what;	 /* as it is written: "10de:2d04", "0000:01:00.0", "nvidia" */
	char *driver;	 /* the driver that gets the device, or a CLAIM_BLOCK's command */
	const char *who; /* "the kernel command line", "modprobe.d", "driverctl" */
	char *source;	 /* "/etc/modprobe.d/vfio.conf:3" */
	char *text;	 /* the line, or the word */
	bool ours;	 /* written by vfio-early */
};

struct claims {
	struct claim *claim;
	size_t count;
};

/* Adds one; the spans are copied. */
struct claim *claims_add(struct claims *claims, enum claim_kind kind, const char *who,
	const char *path, unsigned int line, struct span what, struct span text);
void claims_free(struct claims *claims);
/* Whether the name is that of a driver that leaves the device to a VM. */
bool is_vm_driver(struct span name);
/* A full address anywhere in the text, also as pci_0000_01_00_0; takes all before and
 * with it off the front of `rest`. */
bool find_address(struct span *rest, struct pci_address *address);

/* Whether the claim speaks of this function. TARGET_UNKNOWN and TARGET_MODULE: false. */
bool claim_means(const struct claim *claim, const struct pci_device *device);

#endif
