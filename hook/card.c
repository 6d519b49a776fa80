/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmdline/address.h"
#include "hook/card.h"

enum {
	CLASS_DISPLAY = 0x03,
	CLASS_3D = 0x0302,
	CLASS_HOST_BRIDGE = 0x0600,
	CLASS_ISA_BRIDGE = 0x0601,
	CLASS_SOUND = 0x0403,
	CLASS_USB = 0x0c03,
	CLASS_SERIAL_BUS = 0x0c80, /* UCSI */
	CLASS_PCI_BRIDGE = 0x0604,
	VENDOR_ATI = 0x1002,
	VENDOR_AMD = 0x1022,
};

bool device_is_bridge(const struct device *device)
{
	uint32_t class = device->class >> 8;

	if (class == CLASS_HOST_BRIDGE || class == CLASS_ISA_BRIDGE)
		return true;
	/* Of a dead one only the class is left to tell. */
	return device_is_dead(device) ? class == CLASS_PCI_BRIDGE
				      : device->header_type != HEADER_NORMAL;
}

bool device_is_dead(const struct device *device)
{
	return device->header_type == HEADER_DEAD;
}

bool device_is_display(const struct device *device)
{
	return device->class >> 16 == CLASS_DISPLAY && !device->is_virtual &&
	       (device->class >> 8 != CLASS_3D || device->signs != 0);
}

/* What comes on a graphics card: its monitors' sound, its USB-C sockets. */
static bool is_companion(const struct device *device)
{
	uint32_t class = device->class >> 8;

	return class == CLASS_SOUND || class == CLASS_USB || class == CLASS_SERIAL_BUS;
}

bool device_hangs_on(const struct device *device, const struct device *display)
{
	if (display->class >> 16 != CLASS_DISPLAY || display->is_virtual ||
		device->is_virtual || device_is_bridge(device) ||
		!pci_same_slot(&device->function.address, &display->function.address))
		return false;
	/* An APU: beside ATI's display and its sound sit AMD's own USB, sound and PSP. */
	if (display->function.vendor == VENDOR_ATI &&
		device->function.vendor == VENDOR_AMD)
		return false;
	return device->group == display->group || device->group < 0 ||
	       display->group < 0 || is_companion(device) ||
	       device->function.vendor == display->function.vendor;
}

void device_find_card(
	struct device *device, const struct device *slot, unsigned int count)
{
	device->card = device->function.address.function;
	for (unsigned int i = 0; i < count; i++)
		if (device_hangs_on(device, &slot[i])) {
			device->card = slot[i].function.address.function;
			return;
		}
}

bool device_same_card(const struct device *a, const struct device *b)
{
	return a->card == b->card &&
	       pci_same_slot(&a->function.address, &b->function.address);
}
