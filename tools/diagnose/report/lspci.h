/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lspci -k prints of the PCI devices. */
#ifndef TOOLS_DIAGNOSE_REPORT_LSPCI_H
#define TOOLS_DIAGNOSE_REPORT_LSPCI_H

#include "tools/pci/devices.h"

/*
 * lspci -k: a line for each device, with its label, its subsystem, its driver and the
 * modules that know it below; malloc'ed. pciutils 3.9 to 3.13 print it so (lspci.c,
 * ls-kernel.c), from the same libpci and libkmod as this does.
 */
char *lspci_drivers(const struct devices *devices);

#endif
