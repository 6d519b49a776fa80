/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a PVE VM's configuration says about PCI devices. Pure: text to struct. */
#ifndef TOOLS_GUESTS_PVE_VM_H
#define TOOLS_GUESTS_PVE_VM_H

#include "tools/guests/pve-conf.h"

enum { HOSTPCI_MAX = 16 }; /* hostpci0 to hostpci15 */

/*
 * hostpciN: [host=]ID[;ID...] or mapping=NAME, and options. ID is lower-case
 * [DDDD:]BB:DD[.F]; without .F it is every function of the slot. A -device vfio-pci in
 * args: is one of these too, with the number -1.
 */
struct vm_hostpci {
	const struct pve_line *from;
	int number;
	struct span host;    /* the list of IDs; empty with a mapping */
	struct span mapping; /* its name; empty with a host */
	struct span romfile;
	struct span mdev;	   /* the type of the piece that is made for the VM */
	struct span mdev_instance; /* a piece that is there already, by its UUID */
	bool pcie, x_vga, rombar, legacy_igd;
	bool keeps_driver; /* driver=keep: Proxmox does not bind it to vfio-pci */
	bool refused;	   /* PVE drops the line: it is in no list of what the VM gets */
};

struct vm {
	struct pve_conf conf;
	struct vm_hostpci *hostpci;
	size_t hostpci_count;
	/* of the main section */
	bool q35;	 /* machine: q35, pc-q35-… or type=q35 */
	bool ovmf;	 /* bios: ovmf */
	bool efidisk;	 /* there is an efidisk0 */
	bool viommu;	 /* machine: …,viommu=… */
	bool hugepages;	 /* hugepages: 2, 1024 or any */
	bool template;	 /* it is never started */
	uint64_t memory; /* MiB; 512 unless given */
	struct span vga; /* what display QEMU itself shows; raw */
};

/* Reads /etc/pve/qemu-server/N.conf; see container_read on sections and problems. */
void vm_read(struct span text, struct vm *vm);
void vm_free(struct vm *vm);
bool vm_in_main(const struct vm *vm, const struct pve_line *from);

/* Takes the next ID off the front of a host= list; false at the end. */
bool hostpci_next(struct span *host, struct span *id);
/* Whether PVE's pattern for an ID fits. */
bool hostpci_id_fits(struct span id);

#endif
