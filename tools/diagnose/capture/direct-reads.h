/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libpci and the early program's code read by themselves, past tools/system/root.h,
 * by which a capture knows what was read. */
#ifndef TOOLS_DIAGNOSE_CAPTURE_DIRECT_READS_H
#define TOOLS_DIAGNOSE_CAPTURE_DIRECT_READS_H

#include "tools/pci/devices.h"

/* Of one function, and of the machine: each path is given to `note`. */
void direct_reads_of_device(
	const struct pci_device *device, void (*note)(const char *path));
void direct_reads_of_machine(void (*note)(const char *path));

/* Whether the file is not text, and its first bytes are what is read. */
bool direct_reads_bytes(const char *path);

#endif
