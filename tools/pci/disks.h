/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks: which function they hang on, and what is built on them. */
#ifndef TOOLS_PCI_DISKS_H
#define TOOLS_PCI_DISKS_H

#include "tools/pci/devices.h"
#include "tools/text/lines.h"

/* The names of the disks below the function: "nvme0n1". */
struct lines disks_below(const struct pci_device *device);
/* The disk, its partitions, and what holds any of them, to the end. */
struct lines disk_stack(const char *disk);
/* Whether a device is one of the stack, by its number "259:1" (may be NULL) or its node
 * in /dev. */
bool disk_stack_has(const struct lines *stack, const char *number, const char *node);
/* What a disk, or what is built on it, is in use for: "the filesystem mounted on / is on
 * its disk nvme0n1"; malloc'ed, NULL: nothing that leaves a trace. */
char *disk_use(const char *disk);
/* Whether it, or what is built on it, is mounted at this point. */
bool disk_holds_mount(const char *disk, const char *point);

#endif
