/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sysfs says of a PCI function. */
#ifndef TOOLS_PCI_ATTRIBUTE_H
#define TOOLS_PCI_ATTRIBUTE_H

#include "tools/pci/devices.h"

/* "/sys/bus/pci/devices/ADDRESS/NAME", malloc'ed. */
char *attribute_path(const struct pci_device *device, const char *name);
/* Its value without the white space at the end, malloc'ed; NULL if it cannot be read. */
char *attribute_read(const struct pci_device *device, const char *name);

/* "bound now", or "no driver": for sentences. */
const char *driver_text(const struct pci_device *device);

#endif
