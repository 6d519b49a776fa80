/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's own command line, which Proxmox' args: and libvirt's <qemu:commandline> add to,
 * as far as PCI devices go. Pure. */
#ifndef TOOLS_GUESTS_QEMU_ARGS_H
#define TOOLS_GUESTS_QEMU_ARGS_H

#include "tools/text/span.h"

/* What stands behind -device: vfio-pci,host=01:00.0 or vfio-pci,sysfsdev=/sys/… */
struct qemu_vfio_device {
	struct span host; /* the function: [DDDD:]BB:DD.F; empty with an mdev */
	struct span mdev; /* UUID of the piece of a split card; empty with a function */
	struct span romfile; /* empty if not given */
};

/* Whether the value of -device is a device of the host, and which. The value may stand in
 * quotes. */
bool qemu_vfio_device_read(struct span value, struct qemu_vfio_device *device);

#endif
