/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the start of a guest does to the devices that it gets. */
#ifndef TOOLS_DIAGNOSE_GUEST_START_H
#define TOOLS_DIAGNOSE_GUEST_START_H

#include "tools/diagnose/context.h"

/*
 * Whether the guests that want the card in a VM are stopped, and the start of each gives
 * it to vfio-pci (Proxmox does for a hostpci line, with all of the IOMMU group; libvirt
 * with managed='yes'; a hook of libvirt's): until then any driver may have it. False
 * where vfio-early is to have it taken from the start.
 */
bool start_binds(const struct context *context, const struct intent *intent);
/* Whether the guests' start takes every member of the IOMMU group along: Proxmox' does.
 */
bool start_binds_group(const struct context *context, const struct intent *intent);
/* Whether a driver has it now that may not let go when a guest's start takes it: that of
 * a display. Virtual functions show nothing. */
bool start_may_hang(const struct pci_device *device);
/* Whether a hook of libvirt's moves the function between drivers. */
bool start_hook_moves(const struct context *context, const struct pci_device *device);

#endif
