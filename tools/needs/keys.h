/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the key of an encrypted disk is, as the different programs write it. */
#ifndef TOOLS_NEEDS_KEYS_H
#define TOOLS_NEEDS_KEYS_H

#include "tools/needs/need.h"

/*
 * The chosen function whose disk a key is on: "DEVICE:PATH" (cryptsetup's passdev,
 * mkinitcpio's cryptkey=), "PATH:DEVICE" (systemd), or a device alone. The disk is
 * malloc'ed. NULL: none, or a disk that is in use now.
 */
const struct pci_device *key_owner(
	const struct next_boot *boot, const char *key, char **disk);

#endif
