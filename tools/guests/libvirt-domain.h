/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt's domain XML, as far as PCI devices go. Pure: text to struct. */
#ifndef TOOLS_GUESTS_LIBVIRT_DOMAIN_H
#define TOOLS_GUESTS_LIBVIRT_DOMAIN_H

#include "cmdline/selector.h"

/* <hostdev mode='subsystem' type='pci' managed='yes'>, an <interface type='hostdev'>, or
 * a -device vfio-pci in <qemu:commandline>, which libvirt knows nothing of */
struct domain_hostdev {
	unsigned int line;
	struct pci_address address; /* of <source> */
	bool managed;		    /* libvirt unbinds and binds it itself */
	char *driver;		    /* <driver name=…>; NULL if not given */
	char *rom_file;		    /* <rom file=…>; NULL if not given */
};

/* <hostdev type='mdev'>: a piece of a card that stays with the host */
struct domain_mdev {
	unsigned int line;
	char *uuid;
};

struct domain {
	char *name;
	bool q35;	     /* <type machine='pc-q35-…'> */
	bool ovmf;	     /* firmware='efi', or a pflash loader */
	bool viommu;	     /* <iommu> among the devices */
	uint64_t memory;     /* KiB, the most it may have */
	uint64_t hard_limit; /* KiB; 0 if not given */
	bool locked;	     /* <memoryBacking><locked/> */
	struct domain_hostdev *hostdev;
	size_t hostdev_count;
	struct domain_mdev *mdev;
	size_t mdev_count;
};

/*
 * Reads a <domain>, or the <domain> inside a <domstatus> of /run/libvirt/qemu. 0, or
 * -EINVAL and a sentence that begins with the number of the line: "12: ...".
 */
int domain_read(const char *text, size_t length, struct domain *domain, char **why);
void domain_free(struct domain *domain);

#endif
