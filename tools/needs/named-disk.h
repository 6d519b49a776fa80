/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks as configuration files name them: "UUID=...", "/dev/disk/by-label/KEY". */
#ifndef TOOLS_NEEDS_NAMED_DISK_H
#define TOOLS_NEEDS_NAMED_DISK_H

#include "tools/needs/need.h"
#include "tools/text/span.h"

/*
 * The kernel's name of the block device that this is here and now, "sda1"; malloc'ed,
 * NULL: there is none. LABEL=, UUID=, PARTLABEL=, PARTUUID= and ID= are what blkid and
 * udev have, and a path is one below /dev.
 */
char *block_name(const char *name);
/*
 * The chosen function whose disk holds that device, or has it built on it; NULL: none, or
 * a disk that is in use now. The disk is malloc'ed.
 */
const struct pci_device *disk_owner(
	const struct next_boot *boot, const char *name, char **disk);
/* Whether the root file system or /usr is on it, or on what is built on it. */
bool root_is_on(const char *name);

#endif
