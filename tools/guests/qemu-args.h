/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's own command line, which Proxmox' args: and libvirt's <qemu:commandline> add to,
 * as far as PCI devices go. Pure. */
#ifndef TOOLS_GUESTS_QEMU_ARGS_H
#define TOOLS_GUESTS_QEMU_ARGS_H

#include "tools/text/span.h"

/* What stands behind -device: vfio-pci,host=01:00.0 or vfio-pci,sysfsdev=/sys/…, or
 * {"driver": "vfio-pci", "host": "01:00.0"}. All point into the value. */
struct qemu_vfio_device {
	struct span host; /* the function: [DDDD:]BB:DD.F; empty with an mdev */
	struct span mdev; /* UUID of the piece of a split card; empty with a function */
	struct span romfile; /* empty if not given */
};

/* Takes the next word off the front of `rest`, as a shell would: blanks in quotes do not
 * end it. It keeps its quotes. */
bool qemu_args_word(struct span *rest, struct span *word);

/* Whether the value of -device is a device of the host, and which: in QEMU's own form or
 * in JSON. The value may stand in quotes. */
bool qemu_vfio_device_read(struct span value, struct qemu_vfio_device *device);

#endif
