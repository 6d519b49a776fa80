/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "hook/card.h"
#include "hook/display.h"
#include "hook/scan.h"
#include "hook/sysfs.h"

enum { PCI_FUNCTIONS = 8, CLASS_DISPLAY = 0x03 };

static void add(struct scan *scan, const struct device *device)
{
	unsigned int at = scan->count;

	while (at > 0 && pci_address_compare(&scan->device[at - 1].function.address,
				 &device->function.address) > 0)
		at--;
	if (at > 0 && pci_address_compare(&scan->device[at - 1].function.address,
			      &device->function.address) == 0)
		return;
	if (scan->count == SCAN_MAX) {
		scan->overflow = true;
		return;
	}
	memmove(&scan->device[at + 1], &scan->device[at],
		(scan->count - at) * sizeof(*device));
	scan->device[at] = *device;
	scan->count++;
}

/* One directory of the walk down a path, and what is looked for in it. */
struct walk {
	int root;
	const struct pci_place *place;
	unsigned int step; /* of the place */
	struct scan *scan;
	struct pci_address next; /* not the last: the bridge */
	bool found;
};

static bool visit_child(const char *name, void *data)
{
	struct walk *walk = data;
	const struct pci_step *step = &walk->place->step[walk->step];
	struct pci_address address;
	struct device device;

	if (!pci_address_parse((struct span){name, strlen(name)}, &address) ||
		address.device != step->device ||
		(step->function != SELECTOR_ANY && address.function != step->function))
		return true;
	if (walk->step + 1U == walk->place->length) {
		if (device_read(walk->root, &address, walk->scan->framebuffer, &device) &&
			place_matches(walk->place, &device.function))
			add(walk->scan, &device);
		return true;
	}
	/* The bus right below has the lowest number: the others are of virtual functions.
	 */
	if (!walk->found || pci_address_compare(&address, &walk->next) < 0)
		walk->next = address;
	walk->found = true;
	return true;
}

/* A bridge's directory in sysfs holds those of the devices behind it. */
static void scan_path(int root, const struct pci_place *place, struct scan *scan)
{
	struct walk walk = {.root = root,
		.place = place,
		.scan = scan,
		.next = {place->domain, place->bus, place->step[0].device,
			(uint8_t)place->step[0].function},
		.found = true};

	for (walk.step = 1; walk.step < place->length && walk.found; walk.step++) {
		char path[SYSFS_PATH_MAX];

		device_path(path, &walk.next, NULL);
		walk.found = false;
		directory_walk(root, path, visit_child, &walk);
	}
}

static void scan_place(int root, const struct pci_place *place, struct scan *scan)
{
	struct pci_address address = {
		place->domain, place->bus, place->step[0].device, 0};
	int8_t only = place->step[0].function;
	struct device device;

	if (place->length > 1) {
		scan_path(root, place, scan);
		return;
	}
	for (address.function = 0; address.function < PCI_FUNCTIONS; address.function++)
		if ((only == SELECTOR_ANY || only == address.function) &&
			device_read(root, &address, scan->framebuffer, &device))
			add(scan, &device);
}

struct bus {
	int root;
	const struct flag *flag;
	struct scan *scan;
};

static bool visit_device(const char *name, void *data)
{
	const struct bus *bus = data;
	struct pci_address address;
	struct device device;
	bool wanted;

	if (!pci_address_parse((struct span){name, strlen(name)}, &address) ||
		!device_identify(bus->root, &address, &device))
		return true;
	wanted = device.class >> 16 == CLASS_DISPLAY;
	for (unsigned int i = 0; i < bus->flag->count && !wanted; i++) {
		const struct flag_item *item = &bus->flag->item[i];

		wanted = item->error == NULL && item->selector.has_id &&
			 !item->selector.has_place &&
			 id_matches(&item->selector.id, &device.function);
	}
	if (wanted && device_complete(bus->root, bus->scan->framebuffer, &device))
		add(bus->scan, &device);
	return true;
}

static bool is_known(const struct scan *scan, const struct pci_address *address)
{
	for (unsigned int i = 0; i < scan->count; i++)
		if (pci_address_compare(&scan->device[i].function.address, address) == 0)
			return true;
	return false;
}

static bool visit_member(const char *name, void *data)
{
	const struct bus *bus = data;
	struct pci_address address;
	struct device device;

	if (pci_address_parse((struct span){name, strlen(name)}, &address) &&
		!is_known(bus->scan, &address) &&
		device_read(bus->root, &address, bus->scan->framebuffer, &device))
		add(bus->scan, &device);
	return true;
}

/* Of what is with the driver that every word wants, nothing need be known. */
static bool wants_other(const struct flag *flag, const char *driver)
{
	for (unsigned int i = 0; i < flag->count; i++)
		if (!driver_is_same(driver, selector_driver(&flag->item[i].selector)))
			return true;
	return false;
}

/* Before the groups are added: what a word selects is in the scan by now, and nothing
 * else may be unbound. */
static void find_uses(const struct bus *bus)
{
	for (unsigned int i = 0; i < bus->scan->count; i++)
		if (wants_other(bus->flag, bus->scan->device[i].driver))
			device_find_use(bus->root, &bus->scan->device[i]);
}

/* Adds what shares a group with the functions that were found. */
static void scan_groups(struct bus *bus)
{
	char path[SYSFS_PATH_MAX];

	for (unsigned int i = 0; i < bus->scan->count; i++) {
		const struct device *device = &bus->scan->device[i];
		unsigned int before = bus->scan->count;

		if (device->group < 0)
			continue;
		device_path(path, &device->function.address, "iommu_group/devices");
		directory_walk(bus->root, path, visit_member, bus);
		/* What is new may stand in front of this one. */
		if (bus->scan->count > before)
			i = UINT_MAX;
	}
}

static void find_cards(struct scan *scan)
{
	uint8_t all = 0;

	for (unsigned int i = 0; i < scan->count; i++)
		all |= scan->device[i].signs;
	for (unsigned int i = 0; i < scan->count; i++) {
		device_find_card(&scan->device[i], scan->device, scan->count);
		scan->device[i].boot_display =
			scan->whole_bus && display_is_hosts(scan->device[i].signs, all);
	}
}

void scan_devices(int root, const struct flag *flag, struct scan *scan)
{
	struct bus bus = {root, flag, scan};

	memset(scan, 0, sizeof(*scan));
	scan->framebuffer = framebuffer_address(root);
	for (unsigned int i = 0; i < flag->count; i++) {
		const struct flag_item *item = &flag->item[i];

		if (item->error != NULL)
			continue;
		if (item->selector.has_place)
			scan_place(root, &item->selector.place, scan);
		else
			scan->whole_bus = true;
	}
	if (scan->whole_bus)
		directory_walk(root, "sys/bus/pci/devices", visit_device, &bus);
	find_uses(&bus);
	scan_groups(&bus);
	find_cards(scan);
}
