/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <pci/pci.h>

#include "tools/base.h"
#include "tools/devices.h"
#include "tools/root.h"
#include "tools/variant.h"

enum {
	CLASS_GRAPHICS = 0x03,
	CLASS_BRIDGE = 0x06,
	NAME_MAX_LENGTH = 256,
};

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
	if (vasprintf(&libpci_message, format, list) < 0)
		libpci_message = NULL;
	va_end(list);
	if (libpci_reading)
		longjmp(libpci_failed, 1);
	complain("libpci: %s", libpci_message != NULL ? libpci_message : format);
	exit(STATUS_USAGE);
}

/* About devices that vanish while they are looked at: they are left out. */
static void on_warning(char *format, ...) __attribute__((format(printf, 1, 2)));

static void on_warning(char *format, ...)
{
	(void)format;
}

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
	facts->header_type = pci_read_byte(dev, PCI_HEADER_TYPE) & 0x7f;
	link = pci_get_string_property(dev, PCI_FILL_IOMMU_GROUP);
	facts->group = link != NULL ? (int32_t)strtol(link, NULL, 10) : -1;
	link = pci_get_string_property(dev, PCI_FILL_DRIVER);
	text_add(&driver, link != NULL ? link : "");
	fill_above(dev, &facts->function);
}

/* libpci knows nothing of it, and only VGA devices have the file. */
static bool is_boot_display(const char *address)
{
	CLEANUP_FREE char *path =
		format_text("%s/devices/%s/boot_vga", bus_directory, address);
	CLEANUP_FREE char *value = root_read_word(path);

	return value != NULL && strcmp(value, "1") == 0;
}

static void fill_device(
	struct pci_access *access, struct pci_dev *dev, struct pci_device *device)
{
	char buffer[NAME_MAX_LENGTH];
	struct text address = text_in(buffer, sizeof(buffer));

	fill_facts(dev, &device->facts);
	pci_address_format(&device->facts.function.address, &address);
	device->address = copy_text(buffer);
	device->facts.boot_vga = is_boot_display(device->address);
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

static int by_address(const void *a, const void *b)
{
	const struct pci_device *left = a, *right = b;

	return pci_address_compare(
		&left->facts.function.address, &right->facts.function.address);
}

static struct pci_access *open_libpci(void)
{
	struct pci_access *access = pci_alloc();
	CLEANUP_FREE char *path = root_path(bus_directory);
	char parameter[] = "sysfs.path";

	access->method = PCI_ACCESS_SYS_BUS_PCI;
	access->error = on_error;
	access->warning = on_warning;
	pci_set_param(access, parameter, path);
	/* Another root's own names, where it has them. */
	if (root_directory[0] != '\0' && root_exists(id_list))
		pci_set_name_list_path(access, root_path(id_list), 1);
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

int devices_read(struct devices *devices, char **why)
{
	CLEANUP_FREE char *path = root_path(bus_directory);

	*devices = (struct devices){0};
	if (!root_exists(bus_directory)) {
		*why = format_text("%s is not there: this machine has no PCI bus", path);
		return -ENODEV;
	}
	devices->access = open_libpci();
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
	if (devices->count > 0)
		qsort(devices->device, devices->count, sizeof(*devices->device),
			by_address);
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
	if (devices->access != NULL)
		pci_cleanup(devices->access);
	*devices = (struct devices){0};
}

const struct pci_device *devices_find(
	const struct devices *devices, const struct pci_address *address)
{
	for (size_t i = 0; i < devices->count; i++)
		if (pci_address_compare(
			    &devices->device[i].facts.function.address, address) == 0)
			return &devices->device[i];
	return NULL;
}

/* The variant that all functions have; one word of the flag names one driver. */
static void choose_driver(struct card *card)
{
	const char *variant = card->function[0].variant;

	for (size_t i = 0; i < card->count; i++)
		if (variant == NULL || card->function[i].variant == NULL ||
			strcmp(card->function[i].variant, variant) != 0)
			return;
	if (strlen(variant) < sizeof(card->driver))
		memcpy(card->driver, variant, strlen(variant) + 1);
}

struct card devices_card(const struct devices *devices, const struct pci_device *member)
{
	const struct pci_address *slot = &member->facts.function.address;
	struct card card = {0};

	for (size_t i = 0; i < devices->count; i++) {
		if (!pci_same_slot(&devices->device[i].facts.function.address, slot))
			continue;
		if (card.count++ == 0)
			card.function = &devices->device[i];
	}
	choose_driver(&card);
	return card;
}

bool pci_device_is_graphics(const struct pci_device *device)
{
	return device->facts.class >> 16 == CLASS_GRAPHICS;
}

bool pci_device_is_bridge(const struct pci_device *device)
{
	return device->facts.class >> 16 == CLASS_BRIDGE;
}

const char *pci_device_short(const struct pci_device *device)
{
	bool has_domain = device->facts.function.address.domain != 0;

	return has_domain ? device->address : device->address + strlen("0000:");
}

bool card_has(const struct card *card, const struct pci_device *device)
{
	return device >= card->function && device < card->function + card->count;
}

const struct pci_device *card_face(const struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		if (pci_device_is_graphics(&card->function[i]))
			return &card->function[i];
	return card->function;
}

const struct pci_device *card_boot_display(const struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.boot_vga)
			return &card->function[i];
	return NULL;
}

const struct pci_device *devices_in_group(
	const struct devices *devices, int group, const struct pci_device *after)
{
	size_t i = after != NULL ? (size_t)(after - devices->device) + 1 : 0;

	for (; group >= 0 && i < devices->count; i++)
		if (devices->device[i].facts.group == group)
			return &devices->device[i];
	return NULL;
}

static bool shares_group(const struct card *card, const struct pci_device *device)
{
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.group >= 0 &&
			card->function[i].facts.group == device->facts.group)
			return true;
	return false;
}

const struct pci_device *devices_foreign(const struct devices *devices,
	const struct card *card, const struct pci_device *after)
{
	size_t i = after != NULL ? (size_t)(after - devices->device) + 1 : 0;

	for (; i < devices->count; i++) {
		const struct pci_device *device = &devices->device[i];

		if (!card_has(card, device) && !pci_device_is_bridge(device) &&
			shares_group(card, device))
			return device;
	}
	return NULL;
}

bool devices_next_candidate(
	const struct devices *devices, const struct card *after, struct card *card)
{
	size_t i = after != NULL && after->count > 0
			   ? (size_t)(after->function - devices->device) + after->count
			   : 0;

	for (; i < devices->count; i += card->count) {
		*card = devices_card(devices, &devices->device[i]);
		if (pci_device_is_graphics(card_face(card)) &&
			card_boot_display(card) == NULL)
			return true;
	}
	return false;
}
