/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "cmdline/address.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/pci/cards.h"
#include "tools/pci/attribute.h"
#include "tools/pci/virtual-functions.h"

/* A number as sysfs has it; 0 if it cannot be read. */
static unsigned int attribute_number(const struct pci_device *device, const char *name)
{
	CLEANUP_FREE char *text = attribute_read(device, name);

	return text != NULL ? (unsigned int)strtoul(text, NULL, 10) : 0;
}

unsigned int virtual_functions_now(const struct pci_device *device)
{
	return attribute_number(device, "sriov_numvfs");
}

unsigned int virtual_functions_most(const struct pci_device *device)
{
	return attribute_number(device, "sriov_totalvfs");
}

/* Bus, device and function as one number, in which SR-IOV counts. */
static unsigned int routing_id(const struct pci_address *address)
{
	return (unsigned int)address->bus << 8 | (unsigned int)address->device << 3 |
	       address->function;
}

/* Which of its virtual functions would be at the address, from 1 on; 0: none. */
static unsigned int number_at(
	const struct pci_device *device, const struct pci_address *address)
{
	const struct pci_address *own = &device->facts.function.address;
	unsigned int offset = attribute_number(device, "sriov_offset");
	unsigned int stride = attribute_number(device, "sriov_stride");
	unsigned int distance = routing_id(address) - routing_id(own), most;

	most = virtual_functions_most(device);
	if (most == 0 || address->domain != own->domain ||
		routing_id(address) <= routing_id(own))
		return 0;
	/* a kernel that does not say: within the slot, as graphics has them */
	if (offset == 0)
		return pci_same_slot(own, address) && distance <= most ? distance : 0;
	if (distance < offset || (stride == 0 && distance != offset) ||
		(stride > 0 && (distance - offset) % stride != 0))
		return 0;
	distance = stride > 0 ? (distance - offset) / stride + 1 : 1;
	return distance <= most ? distance : 0;
}

const struct pci_device *virtual_function_maker(const struct devices *devices,
	const struct pci_address *address, unsigned int *number)
{
	for (size_t i = 0; i < devices->count; i++) {
		*number = number_at(&devices->device[i], address);
		if (*number > 0)
			return &devices->device[i];
	}
	return NULL;
}

const struct pci_device *virtual_function_first(
	const struct devices *devices, const struct pci_device *device)
{
	CLEANUP_FREE char *path = attribute_path(device, "virtfn0");
	CLEANUP_FREE char *name = root_link_name(path);
	struct pci_address address;

	if (name == NULL || !pci_address_parse(span_of(name), &address))
		return NULL;
	return devices_find(devices, &address);
}
