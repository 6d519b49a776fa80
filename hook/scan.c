/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cmdline/address.h"
#include "hook/card.h"
#include "hook/display.h"
#include "hook/scan.h"
#include "hook/sysfs.h"
#include "hook/unbind.h"

enum {
	PCI_FUNCTIONS = 8,
	CLASS_DISPLAY = 0x03,
	CLASS_PCI_BRIDGE = 0x0604,
	PCI_HEADER_TYPE = 0x0e, /* PCI Local Bus Specification 3.0, 6.1 */
};

static bool read_number(
	int root, const struct pci_address *address, const char *attribute, uint32_t *out)
{
	char path[SYSFS_PATH_MAX], buffer[24];
	const char *at = buffer;
	uint32_t value = 0;

	device_path(path, address, attribute);
	if (file_read(root, path, buffer, sizeof(buffer)) <= 0)
		return false;
	if (at[0] == '0' && at[1] == 'x')
		at += 2;
	if (hex_digit(*at) < 0)
		return false;
	for (; hex_digit(*at) >= 0; at++)
		value = value << 4 | (uint32_t)hex_digit(*at);
	*out = value;
	return true;
}

/* The bridges are the addresses in the path that the device's link in sysfs has. */
static bool read_above(int root, struct pci_function *function)
{
	char path[SYSFS_PATH_MAX], target[PATH_MAX];
	ssize_t length;

	device_path(path, &function->address, NULL);
	length = readlinkat(root, path, target, sizeof(target) - 1);
	if (length < 0)
		return file_exists(root, path);
	target[length] = '\0';
	for (char *part = target, *slash; (slash = strchr(part, '/')) != NULL;
		part = slash + 1) {
		struct pci_address bridge;
		struct span name = {part, (size_t)(slash - part)};

		if (!pci_address_parse(name, &bridge))
			continue;
		if (function->depth ==
			PCI_DEPTH_MAX) /* paths end at the device: keep the near */
			memmove(&function->above[0], &function->above[1],
				--function->depth * sizeof(bridge));
		function->above[function->depth++] = bridge;
	}
	return true;
}

/* What an ID selector needs to know, and no more: it is read for the whole bus. */
static bool identify(int root, const struct pci_address *address, struct device *device)
{
	uint32_t vendor, id, subvendor = 0, subdevice = 0;

	memset(device, 0, sizeof(*device));
	device->function.address = *address;
	device->group = -1;
	if (!read_number(root, address, "vendor", &vendor) ||
		!read_number(root, address, "device", &id) ||
		!read_number(root, address, "class", &device->class))
		return false;
	read_number(root, address, "subsystem_vendor", &subvendor);
	read_number(root, address, "subsystem_device", &subdevice);
	device->function.vendor = (uint16_t)vendor;
	device->function.device = (uint16_t)id;
	device->function.subvendor = (uint16_t)subvendor;
	device->function.subdevice = (uint16_t)subdevice;
	return true;
}

/* "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001": a mediated device, by its parent's directory.
 */
static bool is_uuid(const char *name)
{
	return strlen(name) == 36 && name[8] == '-' && name[13] == '-' &&
	       name[18] == '-' && name[23] == '-';
}

static bool visit_relation(const char *name, void *data)
{
	struct device *device = data;

	if (strcmp(name, "physfn") == 0)
		device->is_virtual = true;
	else if (strncmp(name, "virtfn", 6) == 0 || is_uuid(name))
		device->is_parent = true;
	/* The firmware's own (simple-framebuffer.0), which no driver has replaced yet. */
	else if (strstr(name, "-framebuffer.") != NULL)
		device->signs |= SIGN_FRAMEBUFFER;
	return true;
}

/* drivers/pci/iov.c, virtfn_add_bus: where the bus of the physical function is full. */
static void find_own_bus(int root, struct pci_function *function)
{
	char path[SYSFS_PATH_MAX], name[24];
	struct pci_address physical;

	device_path(path, &function->address, "physfn");
	function->off_path =
		link_name(root, path, name, sizeof(name)) < 0 ||
		!pci_address_parse((struct span){name, strlen(name)}, &physical) ||
		physical.bus != function->address.bus;
}

void scan_relations(int root, uint64_t framebuffer, struct device *device)
{
	char path[SYSFS_PATH_MAX];

	device_path(path, &device->function.address, NULL);
	directory_walk(root, path, visit_relation, device);
	if (device->is_virtual)
		find_own_bus(root, &device->function);
	if (device->class >> 16 == CLASS_DISPLAY)
		device->signs |= display_signs(
			root, &device->function.address, device->class, framebuffer);
}

static bool complete(int root, uint64_t framebuffer, struct device *device)
{
	const struct pci_address *address = &device->function.address;
	char path[SYSFS_PATH_MAX], name[16], config[64];
	int looks;

	if (!read_above(root, &device->function))
		return false;
	device_path(path, address, "config");
	/* Where it cannot be read, the class has to do. */
	device->header_type = device->class >> 8 == CLASS_PCI_BRIDGE;
	if (file_read(root, path, config, sizeof(config)) > PCI_HEADER_TYPE)
		device->header_type = (uint8_t)config[PCI_HEADER_TYPE] & 0x7f;
	device_path(path, address, "iommu_group");
	if (link_name(root, path, name, sizeof(name)) == 0) {
		device->group = 0;
		for (const char *at = name; *at >= '0' && *at <= '9'; at++)
			device->group = device->group * 10 + (*at - '0');
	}
	scan_relations(root, framebuffer, device);
	device_driver(root, address, device->driver);
	looks = unbind_looks(device->driver, device->class);
	if (looks > 0)
		device_use_find(
			root, address, device->group, (unsigned int)looks, &device->use);
	return true;
}

bool scan_device(int root, const struct pci_address *address, uint64_t framebuffer,
	struct device *device)
{
	return identify(root, address, device) && complete(root, framebuffer, device);
}

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
		if (scan_device(walk->root, &address, walk->scan->framebuffer, &device) &&
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
			scan_device(root, &address, scan->framebuffer, &device))
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
		!identify(bus->root, &address, &device))
		return true;
	wanted = device.class >> 16 == CLASS_DISPLAY;
	for (unsigned int i = 0; i < bus->flag->count && !wanted; i++) {
		const struct flag_item *item = &bus->flag->item[i];

		wanted = item->error == NULL && item->selector.has_id &&
			 !item->selector.has_place &&
			 id_matches(&item->selector.id, &device.function);
	}
	if (wanted && complete(bus->root, bus->scan->framebuffer, &device))
		add(bus->scan, &device);
	return true;
}

static bool visit_member(const char *name, void *data)
{
	const struct bus *bus = data;
	struct pci_address address;
	struct device device;

	if (pci_address_parse((struct span){name, strlen(name)}, &address) &&
		scan_device(bus->root, &address, bus->scan->framebuffer, &device))
		add(bus->scan, &device);
	return true;
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
	scan_groups(&bus);
	find_cards(scan);
}
