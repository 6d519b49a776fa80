/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /run/qemu-server/pci-id-reservations: which VM has which function now. Pure. */
#ifndef TOOLS_GUESTS_PVE_RESERVATIONS_H
#define TOOLS_GUESTS_PVE_RESERVATIONS_H

#include "tools/text/span.h"
#include "cmdline/pci-function.h"

/* A line "0000:01:00.0 101 pid:5151", or "… time:1790000000" while the VM starts. */
struct pci_reservation {
	struct pci_address address;
	long vm;
};

struct pci_reservations {
	struct pci_reservation *entry;
	size_t count;
};

#define RESERVATIONS_PATH "/run/qemu-server/pci-id-reservations"

/* Lines of another form are passed over, as Proxmox does. */
void reservations_read(struct span text, struct pci_reservations *reservations);

#endif
