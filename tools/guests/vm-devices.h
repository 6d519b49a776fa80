/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PCI devices a VM is given, with what mappings say on this machine. */
#ifndef TOOLS_GUESTS_VM_DEVICES_H
#define TOOLS_GUESTS_VM_DEVICES_H

#include "tools/guests/guests.h"

/* A device that a VM names in its main section: in a hostpci line, or in args:. */
struct vm_device {
	const struct vm_hostpci *from;
	const struct mapping_entry *map; /* of this machine; NULL for host= */
	struct span id;			 /* as it is written: "01:00", "0000:01:00.0" */
	struct pci_address address;	 /* function 0 where the whole slot is meant */
	bool whole_slot;
	/* Another place of its mapping serves: Proxmox takes the first that is free. */
	bool spare;
	/* It stays with the host, and the VM gets a piece of it (mdev=). */
	bool is_split;
};
/* All of them; malloc'ed, `*count` of them. Lines that Proxmox drops are left out. */
struct vm_device *vm_devices(
	const struct guests *guests, const struct vm_guest *guest, size_t *count);
/* Whether the entry is about the function. */
bool vm_device_is(const struct vm_device *device, const struct pci_address *address);
/* Whether the VM takes the function for itself: the entry is about it, and is no spare
 * and no split one. */
bool vm_device_takes(const struct vm_device *device, const struct pci_address *address);
/* The value of a hostpci line without one property; NULL: with all. malloc'ed. */
char *hostpci_without(const struct vm_hostpci *entry, const char *property);
/* Whether another place of its mapping would serve as well; `device` is one of `count`.
 */
bool vm_device_has_spare(
	const struct vm_device *device, const struct vm_device *all, size_t count);
/* Whether Proxmox gives it to vfio-pci when the VM starts. */
bool vm_device_bound_at_start(const struct vm_device *device);

#endif
