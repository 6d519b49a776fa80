/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cmdline/address.h"
#include "hook/device.h"
#include "hook/display.h"
#include "hook/sysfs.h"
#include "hook/unbind.h"

enum {
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

bool device_identify(int root, const struct pci_address *address, struct device *device)
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

void device_read_relations(int root, uint64_t framebuffer, struct device *device)
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

bool device_find_path(int root, struct pci_function *function)
{
	char path[SYSFS_PATH_MAX];

	device_path(path, &function->address, "physfn");
	if (file_exists(root, path))
		find_own_bus(root, function);
	return read_above(root, function);
}

bool device_complete(int root, uint64_t framebuffer, struct device *device)
{
	const struct pci_address *address = &device->function.address;
	char path[SYSFS_PATH_MAX], name[16], config[64];

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
	device_read_relations(root, framebuffer, device);
	device_driver(root, address, device->driver);
	return true;
}

void device_find_use(int root, struct device *device)
{
	int looks = unbind_looks(device->driver, device->class);

	if (looks > 0)
		device_use_find(root, &device->function.address, device->group,
			(unsigned int)looks, &device->use);
}

bool device_read(int root, const struct pci_address *address, uint64_t framebuffer,
	struct device *device)
{
	return device_identify(root, address, device) &&
	       device_complete(root, framebuffer, device);
}
