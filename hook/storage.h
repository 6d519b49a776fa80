/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HOOK_STORAGE_H
#define HOOK_STORAGE_H

#include "cmdline/selector.h"

/*
 * Whether a disk below the device (NVMe, SATA, USB, whatever hangs there) is claimed: by
 * a mounted filesystem, swap, RAID, LVM or encryption. What cannot be found out counts as
 * in use. `root` as in sysfs.h.
 */
bool storage_in_use(int root, const struct pci_address *address);

#endif
