/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PCI devices a VM is given, with what mappings say on this machine. */
#ifndef TOOLS_GUESTS_VM_DEVICES_H
#define TOOLS_GUESTS_VM_DEVICES_H

#include "tools/guests/guests.h"

/* A device that a VM gets by a hostpci line of its main section. */
struct vm_device {
	const struct vm_hostpci *from;
	const struct mapping_entry *map; /* of this machine; NULL for host= */
	struct span id;			 /* as it is written: "01:00", "0000:01:00.0" */
	struct pci_address address;	 /* function 0 where the whole slot is meant */
	bool whole_slot;
};
/* All of them; malloc'ed, `*count` of them. Lines that Proxmox drops are left out. */
struct vm_device *vm_devices(
	const struct guests *guests, const struct vm_guest *guest, size_t *count);
/* Whether the VM gets the function by this entry. */
bool vm_device_is(const struct vm_device *device, const struct pci_address *address);

#endif
