/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/address.h"
#include "tools/text/string.h"
#include "tools/guests/vm-devices.h"

/* [DDDD:]BB:DD[.F]: a slot without .F, in domain 0 without DDDD */
static bool read_id(struct span id, struct vm_device *device)
{
	bool has_function = memchr(id.text, '.', id.length) != NULL;
	CLEANUP_FREE char *full =
		format_text("%.*s%s", SPAN(id), has_function ? "" : ".0");

	device->id = id;
	device->whole_slot = !has_function;
	return pci_address_parse(span_of(full), &device->address);
}

static void add_devices(struct vm_device **devices, size_t *count,
	const struct vm_hostpci *from, const struct mapping_entry *map, struct span list)
{
	struct vm_device device = {.from = from, .map = map};
	struct span id;

	while (hostpci_next(&list, &id))
		if (read_id(id, &device))
			*ARRAY_ADD(*devices, *count) = device;
}

struct vm_device *vm_devices(
	const struct guests *guests, const struct vm_guest *guest, size_t *count)
{
	struct vm_device *devices = NULL;

	*count = 0;
	for (size_t i = 0; i < guest->vm.hostpci_count; i++) {
		const struct vm_hostpci *entry = &guest->vm.hostpci[i];

		if (entry->refused || !vm_in_main(&guest->vm, entry->from))
			continue;
		add_devices(&devices, count, entry, NULL, entry->host);
		if (entry->mapping.length == 0)
			continue;
		for (size_t j = 0; j < guests->mapping.entry_count; j++) {
			const struct mapping_entry *map = &guests->mapping.entry[j];

			if (span_same(map->name, entry->mapping) &&
				span_is(map->node, guests->node))
				add_devices(&devices, count, entry, map, map->path);
		}
	}
	return devices;
}

bool vm_device_is(const struct vm_device *device, const struct pci_address *address)
{
	if (device->whole_slot)
		return pci_same_slot(&device->address, address);
	return pci_address_compare(&device->address, address) == 0;
}
