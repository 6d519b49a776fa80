/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests of this machine: their configuration as read, and whether they run. */
#ifndef TOOLS_GUESTS_GUESTS_H
#define TOOLS_GUESTS_GUESTS_H

#include "tools/guests/gpu-nodes.h"
#include "tools/guests/libvirt-domain.h"
#include "tools/guests/pve-mapping.h"
#include "tools/guests/pve-vm.h"

struct context;

struct container_guest {
	long id;
	char *name; /* "container 901" */
	char *path; /* "/etc/pve/lxc/901.conf" */
	char *text;
	struct container conf;
	/* What LXC was given when it was last started; effective_text NULL: unreadable */
	char *effective_path;
	char *effective_text;
	struct container effective;
	long pid;	   /* a process inside; 0: it does not run */
	long long started; /* when that process started, seconds since the epoch; 0 */
};

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

struct guests {
	char *node; /* this machine's name in the cluster; "" */
	struct container_guest *container;
	size_t containers;
	struct vm_guest *vm;
	size_t vms;
	struct domain_guest *domain;
	size_t domains;
	char *mapping_text; /* NULL: no mappings */
	struct mapping mapping;
	bool pve;     /* there is an /etc/pve */
	bool libvirt; /* there is an /etc/libvirt/qemu */
};

#define MAPPING_PATH "/etc/pve/mapping/pci.cfg"

/* Adds what the guests want to context->wishes (guest-wishes.c). */
void guests_wish(struct context *context);

/*
 * The next container, VM or domain that the diagnosis is about: the one named with --ct,
 * --vm or --domain, or else every one with a graphics node or a host device in its
 * configuration. NULL for the first, and at the end.
 */
const struct container_guest *guests_next_container(
	const struct context *context, const struct container_guest *after);
const struct vm_guest *guests_next_vm(
	const struct context *context, const struct vm_guest *after);
const struct domain_guest *guests_next_domain(
	const struct context *context, const struct domain_guest *after);

/* A device that a VM gets by a hostpci line of its main section. */
struct vm_device {
	const struct vm_hostpci *from;
	const struct mapping_entry *map; /* of this machine; NULL for host= */
	struct span id;			 /* as it is written: "01:00", "0000:01:00.0" */
	struct pci_address address;	 /* function 0 where the whole slot is meant */
	bool whole_slot;
};
/* All of them; malloc'ed, `*count` of them. Lines that Proxmox drops are left out. */
struct vm_device *vm_devices(
	const struct guests *guests, const struct vm_guest *guest, size_t *count);
/* Whether the VM gets the function by this entry. */
bool vm_device_is(const struct vm_device *device, const struct pci_address *address);

#endif
