/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"

char *attribute_path(const struct pci_device *device, const char *name)
{
	return format_text("/sys/bus/pci/devices/%s/%s", device->address, name);
}

char *attribute_read(const struct pci_device *device, const char *name)
{
	CLEANUP_FREE char *path = attribute_path(device, name);

	return root_read_word(path);
}

const char *driver_text(const struct pci_device *device)
{
	return device->facts.driver[0] != '\0' ? device->facts.driver : "no driver";
}
