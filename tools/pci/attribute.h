/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sysfs says of a PCI function, for the checks. */
#ifndef TOOLS_PCI_ATTRIBUTE_H
#define TOOLS_PCI_ATTRIBUTE_H

#include "tools/pci/devices.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/context.h"

/* "/sys/bus/pci/devices/ADDRESS/NAME", malloc'ed. */
char *attribute_path(const struct pci_device *device, const char *name);
/* Its value without the white space at the end, malloc'ed; NULL if it cannot be read. */
char *attribute_read(const struct pci_device *device, const char *name);

/* "bound now", or "no driver": for sentences. */
const char *driver_text(const struct pci_device *device);
/* vfio-pci, and the drivers of the kernel that are vfio-pci with more. */
bool driver_is_vfio(const char *driver);
/* Whether VFIO lets a group go to a guest while this driver, "" for none, has a member of
 * it: those that set driver_managed_dma. */
bool driver_leaves_group(const char *driver);

bool intent_is_vm(const struct intent *intent);
bool intent_is_host(const struct intent *intent);
/* "VM 100", "a VM", "container 901", "the host" */
const char *intent_who(const struct intent *intent);
struct card intent_card(const struct context *context, const struct intent *intent);
/* Whether vfio-early's own configuration or flag names the card. */
bool intent_is_ours(const struct intent *intent);

/* Without a chosen card checks of vfio-early itself have nothing to say: says so, true.
 */
bool early_passes_over(const struct context *context, struct findings *findings);

#endif
