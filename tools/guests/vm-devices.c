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

struct vm_device_list {
	struct vm_device *device;
	size_t count;
};

static void add_devices(struct vm_device_list *list, const struct vm_hostpci *from,
	const struct mapping_entry *map, struct span ids)
{
	struct vm_device device = {
		.from = from, .map = map, .is_split = from->mdev.length > 0};
	struct span id;

	while (hostpci_next(&ids, &id))
		if (read_id(id, &device))
			*ARRAY_ADD(list->device, list->count) = device;
}

/* The VM that has the function now; 0: none. */
static long holder(const struct guests *guests, const struct vm_device *device)
{
	for (size_t i = 0; i < guests->reservations.count; i++)
		if (vm_device_is(device, &guests->reservations.entry[i].address))
			return guests->reservations.entry[i].vm;
	return 0;
}

/* How well a place of a mapping serves: the one that the VM has, one that nobody has and
 * no earlier line takes, any. */
static int place_rank(const struct guests *guests, const struct vm_guest *guest,
	const struct vm_device_list *list, size_t first, size_t at)
{
	long held_by = holder(guests, &list->device[at]);

	if (held_by == guest->id)
		return 2;
	for (size_t i = 0; i < first; i++)
		if (vm_device_takes(&list->device[i], &list->device[at].address))
			return 0;
	return held_by == 0 ? 1 : 0;
}

/* Marks all places but the best as spare; those of the list from `first` on are one
 * mapping's. */
static void choose_place(const struct guests *guests, const struct vm_guest *guest,
	struct vm_device_list *list, size_t first)
{
	size_t best = first;

	for (size_t i = first; i < list->count; i++)
		if (place_rank(guests, guest, list, first, i) >
			place_rank(guests, guest, list, first, best))
			best = i;
	for (size_t i = first; i < list->count; i++)
		list->device[i].spare = list->device[i].map != list->device[best].map;
}

static void add_mapping(const struct guests *guests, const struct vm_guest *guest,
	const struct vm_hostpci *from, struct vm_device_list *list)
{
	size_t first = list->count;

	for (size_t i = 0; i < guests->mapping.entry_count; i++) {
		const struct mapping_entry *map = &guests->mapping.entry[i];

		if (span_same(map->name, from->mapping) &&
			span_is(map->node, guests->node))
			add_devices(list, from, map, map->path);
	}
	if (list->count > first)
		choose_place(guests, guest, list, first);
}

struct vm_device *vm_devices(
	const struct guests *guests, const struct vm_guest *guest, size_t *count)
{
	struct vm_device_list list = {0};

	for (size_t i = 0; i < guest->vm.hostpci_count; i++) {
		const struct vm_hostpci *entry = &guest->vm.hostpci[i];

		if (entry->refused || !vm_in_main(&guest->vm, entry->from))
			continue;
		if (entry->mapping.length > 0)
			add_mapping(guests, guest, entry, &list);
		else
			add_devices(&list, entry, NULL, entry->host);
	}
	*count = list.count;
	return list.device;
}

bool vm_device_is(const struct vm_device *device, const struct pci_address *address)
{
	if (device->whole_slot)
		return pci_same_slot(&device->address, address);
	return pci_address_compare(&device->address, address) == 0;
}

bool vm_device_takes(const struct vm_device *device, const struct pci_address *address)
{
	return !device->spare && !device->is_split && vm_device_is(device, address);
}

bool vm_device_has_spare(
	const struct vm_device *device, const struct vm_device *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (all[i].from == device->from && all[i].map != device->map)
			return true;
	return false;
}

bool vm_device_bound_at_start(const struct vm_device *device)
{
	return device->from->number >= 0 && !device->from->keeps_driver &&
	       !device->is_split;
}

char *hostpci_without(const struct vm_hostpci *entry, const char *property)
{
	size_t length = property != NULL ? strlen(property) : 0;
	struct span value = entry->from->value, piece;
	char *text = NULL;

	while (span_piece(&value, ',', &piece))
		if (property == NULL || !span_starts(piece, property) ||
			piece.length <= length || piece.text[length] != '=')
			text_append(
				&text, "%s%.*s", text != NULL ? "," : "", SPAN(piece));
	return text != NULL ? text : copy_text("");
}
