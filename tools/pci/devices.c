/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pci/pci.h>

#include "cmdline/address.h"
#include "hook/card.h"
#include "hook/display.h"
#include "tools/text/string.h"
#include "tools/pci/devices.h"
#include "tools/system/root.h"
#include "tools/kernel/variant.h"

enum { NAME_MAX_LENGTH = 256, PCI_FUNCTIONS = 8 };

static const char bus_directory[] = "/sys/bus/pci";
static const char id_list[] = "/usr/share/misc/pci.ids";

/* libpci's error handler must not return, and its default one ends the program. */
static jmp_buf libpci_failed;
static bool libpci_reading; /* libpci_failed is alive */
static char *libpci_message;

static void on_error(char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void on_error(char *format, ...)
{
	va_list list;

	va_start(list, format);
	libpci_message = format_list(format, list);
	va_end(list);
	if (libpci_reading)
		longjmp(libpci_failed, 1);
	print_message("libpci: %s", libpci_message);
	exit(STATUS_USAGE);
}

/* About devices that vanish while they are looked at: they are left out. */
static void on_warning(char *format, ...) __attribute__((format(printf, 1, 2)));

static void on_warning(char *format, ...)
{
	(void)format;
}

bool devices_without_config;

static struct pci_address address_of(const struct pci_dev *dev)
{
	return (struct pci_address){(uint32_t)dev->domain, dev->bus, dev->dev, dev->func};
}

/* The bridges above, from the root bus downwards. */
static void fill_above(struct pci_dev *dev, struct pci_function *function)
{
	unsigned int depth = 0, skip;
	struct pci_dev *bridge;

	for (bridge = dev->parent; bridge != NULL; bridge = bridge->parent) {
		pci_fill_info(bridge, PCI_FILL_PARENT);
		depth++;
	}
	/* Of a longer path the near end is kept, as the early program does. */
	skip = depth > PCI_DEPTH_MAX ? depth - PCI_DEPTH_MAX : 0;
	function->depth = (uint8_t)(depth - skip);
	for (bridge = dev->parent; depth > skip; bridge = bridge->parent)
		function->above[--depth - skip] = address_of(bridge);
}

static void fill_facts(struct pci_dev *dev, struct device *facts)
{
	struct text driver = text_in(facts->driver, sizeof(facts->driver));
	const char *link;

	pci_fill_info(dev, PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_CLASS_EXT |
				   PCI_FILL_SUBSYS | PCI_FILL_PARENT | PCI_FILL_DRIVER |
				   PCI_FILL_IOMMU_GROUP);
	facts->function.address = address_of(dev);
	facts->function.vendor = dev->vendor_id;
	facts->function.device = dev->device_id;
	facts->function.subvendor = dev->subsys_vendor_id;
	facts->function.subdevice = dev->subsys_id;
	facts->class = (uint32_t)dev->device_class << 8 | dev->prog_if;
	facts->header_type = devices_without_config
				     ? dev->device_class == PCI_CLASS_BRIDGE_PCI
				     : pci_read_byte(dev, PCI_HEADER_TYPE) & 0x7f;
	link = pci_get_string_property(dev, PCI_FILL_IOMMU_GROUP);
	facts->group = link != NULL ? (int32_t)strtol(link, NULL, 10) : -1;
	link = pci_get_string_property(dev, PCI_FILL_DRIVER);
	text_add(&driver, link != NULL ? link : "");
	fill_above(dev, &facts->function);
}

static void fill_device(
	struct pci_access *access, struct pci_dev *dev, struct pci_device *device)
{
	char buffer[NAME_MAX_LENGTH];
	struct text address = text_in(buffer, sizeof(buffer));

	fill_facts(dev, &device->facts);
	pci_address_format(&device->facts.function.address, &address);
	device->address = copy_text(buffer);
	device->id = format_text("%04x:%04x", dev->vendor_id, dev->device_id);
	device->subsystem =
		dev->subsys_vendor_id != 0 || dev->subsys_id != 0
			? format_text("%04x:%04x", dev->subsys_vendor_id, dev->subsys_id)
			: copy_text("");
	device->name = copy_text(pci_lookup_name(access, buffer, sizeof(buffer),
		PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE, dev->vendor_id, dev->device_id));
	device->class_name = copy_text(pci_lookup_name(
		access, buffer, sizeof(buffer), PCI_LOOKUP_CLASS, dev->device_class));
}

/* What libpci does not know: the relations between functions, and the host's display. */
static void fill_relations(struct devices *devices)
{
	int root = open(root_directory[0] != '\0' ? root_directory : "/",
		O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t framebuffer;

	if (root < 0)
		return;
	framebuffer = framebuffer_address(root);
	for (size_t i = 0; i < devices->count; i++) {
		struct device *facts = &devices->device[i].facts;

		device_read_relations(root, framebuffer, facts);
		devices->display_signs |= facts->signs;
	}
	close(root);
	for (size_t i = 0; i < devices->count; i++) {
		struct device *facts = &devices->device[i].facts;

		facts->boot_display =
			display_is_hosts(facts->signs, devices->display_signs);
	}
}

static int by_address(const void *a, const void *b)
{
	const struct pci_device *left = a, *right = b;

	return pci_address_compare(
		&left->facts.function.address, &right->facts.function.address);
}

static int by_card(const void *a, const void *b)
{
	const struct device *left = &((const struct pci_device *)a)->facts;
	const struct device *right = &((const struct pci_device *)b)->facts;

	if (pci_same_slot(&left->function.address, &right->function.address) &&
		left->card != right->card)
		return left->card - right->card;
	return by_address(a, b);
}

/* Finds the card of each function, and puts the functions of a card together. */
static void sort_into_cards(struct devices *devices)
{
	size_t first = 0, end;

	if (devices->count == 0)
		return;
	qsort(devices->device, devices->count, sizeof(*devices->device), by_address);
	for (; first < devices->count; first = end) {
		struct device slot[PCI_FUNCTIONS];
		unsigned int count = 0;

		for (end = first;
			end < devices->count && count < PCI_FUNCTIONS &&
			pci_same_slot(&devices->device[first].facts.function.address,
				&devices->device[end].facts.function.address);
			end++)
			slot[count++] = devices->device[end].facts;
		for (size_t i = first; i < end; i++)
			device_find_card(&devices->device[i].facts, slot, count);
	}
	qsort(devices->device, devices->count, sizeof(*devices->device), by_card);
}

static struct pci_access *open_libpci(void)
{
	struct pci_access *access = pci_alloc();
	CLEANUP_FREE char *path = root_path(bus_directory);
	char parameter[] = "sysfs.path", no_hwdb[] = "hwdb.disable", yes[] = "1";

	access->method = PCI_ACCESS_SYS_BUS_PCI;
	access->error = on_error;
	access->warning = on_warning;
	pci_set_param(access, parameter, path);
	/* Another root's own names, where it has them; udev's are this machine's. */
	if (root_directory[0] != '\0') {
		pci_set_param(access, no_hwdb, yes);
		if (root_exists(id_list))
			pci_set_name_list_path(access, root_path(id_list), 1);
	}
	return access;
}

static void find_variants(struct devices *devices)
{
	struct kmod_ctx *modules = variants_open();

	for (size_t i = 0; i < devices->count; i++) {
		struct pci_device *device = &devices->device[i];
		CLEANUP_FREE char *path = format_text(
			"%s/devices/%s/modalias", bus_directory, device->address);
		CLEANUP_FREE char *alias = root_read_word(path);

		if (alias != NULL)
			device->variant = variants_driver(modules, alias);
	}
	variants_close(modules);
}

/* A list that cannot be read costs names, and nothing else: libpci goes on with what it
 * read of it, and does not try again. */
static void load_names(struct devices *devices)
{
	if (setjmp(libpci_failed) != 0) {
		devices->names_missing = format_text("%s: devices have no names, or not "
						     "all; install the package pci.ids "
						     "anew",
			libpci_message);
		free(libpci_message);
		libpci_message = NULL;
	} else {
		libpci_reading = true;
		pci_load_name_list(devices->access);
	}
	libpci_reading = false;
}

int devices_read(struct devices *devices, char **why)
{
	CLEANUP_FREE char *path = root_path(bus_directory);

	*devices = (struct devices){0};
	if (!root_exists(bus_directory)) {
		*why = format_text("%s is not there: this machine has no PCI bus", path);
		return -ENODEV;
	}
	devices->access = open_libpci();
	load_names(devices);
	if (setjmp(libpci_failed) != 0) {
		libpci_reading = false;
		*why = format_text("cannot read %s: %s", path,
			libpci_message != NULL ? libpci_message : "libpci gave up");
		free(libpci_message);
		libpci_message = NULL;
		devices_free(devices);
		return -EIO;
	}
	libpci_reading = true;
	pci_init(devices->access);
	pci_scan_bus(devices->access);
	for (struct pci_dev *dev = devices->access->devices; dev != NULL;
		dev = dev->next) {
		struct pci_device *device;

		devices->device = allocate_more(
			devices->device, (devices->count + 1) * sizeof(*devices->device));
		device = &devices->device[devices->count++];
		*device = (struct pci_device){0};
		fill_device(devices->access, dev, device);
	}
	libpci_reading = false;
	fill_relations(devices);
	sort_into_cards(devices);
	find_variants(devices);
	return 0;
}

void devices_free(struct devices *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		struct pci_device *device = &devices->device[i];

		free(device->address);
		free(device->id);
		free(device->subsystem);
		free(device->name);
		free(device->class_name);
		free(device->variant);
	}
	free(devices->device);
	free(devices->names_missing);
	if (devices->access != NULL)
		pci_cleanup(devices->access);
	*devices = (struct devices){0};
}
