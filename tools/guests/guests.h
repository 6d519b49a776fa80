/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests of this machine: their configuration as read, and whether they run. */
#ifndef TOOLS_GUESTS_GUESTS_H
#define TOOLS_GUESTS_GUESTS_H

#include "tools/guests/container-guest.h"
#include "tools/guests/gpu-nodes.h"
#include "tools/guests/libvirt-domain.h"
#include "tools/guests/pve-mapping.h"
#include "tools/guests/pve-reservations.h"
#include "tools/guests/pve-vm.h"

struct vm_guest {
	long id;
	char *name; /* "VM 100" */
	char *path; /* "/etc/pve/qemu-server/100.conf" */
	char *text;
	struct vm vm;
	long pid; /* QEMU's; 0: it does not run */
};

struct domain_guest {
	char *name; /* "libvirt domain win11" */
	char *path; /* "/etc/libvirt/qemu/win11.xml" */
	char *why;  /* why it could not be read, with the line in front; NULL */
	struct domain domain;
	bool running;
};

/* What libvirt calls it: "win11". */
const char *domain_guest_name(const struct domain_guest *guest);

/* Another node of the cluster that has the guest, "lxc" or "qemu-server": its name,
 * malloc'ed, or NULL. */
char *guests_other_node(const char *kind, const char *id);

struct guests {
	char *node; /* this machine's name in the cluster; "" */
	struct container_guest *container;
	size_t containers;
	int container_error; /* the first of reading them, as -errno: some may be missing
			      */
	struct vm_guest *vm;
	size_t vms;
	struct domain_guest *domain;
	size_t domains;
	char *mapping_text; /* NULL: no mappings */
	struct mapping mapping;
	struct pci_reservations reservations;
	bool pve; /* there is an /etc/pve */
};

#define MAPPING_PATH "/etc/pve/mapping/pci.cfg"

/*
 * Reads all of them. 0, or the first error: what could be read is there all the same.
 * What it allocates lives as long as the program.
 */
int guests_read(struct guests *guests);

#endif
