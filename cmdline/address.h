/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PCI address as sysfs writes it: DDDD:BB:DD.F, the domain with more digits if need be.
 */
#ifndef CMDLINE_ADDRESS_H
#define CMDLINE_ADDRESS_H

#include "cmdline/pci-function.h"
#include "cmdline/text.h"

/* Reads [DDDD:]BB:DD.F and nothing else, as sysfs names its directories. */
bool pci_address_parse(struct span span, struct pci_address *out);
/* Writes DDDD:BB:DD.F, as sysfs does. */
void pci_address_format(const struct pci_address *address, struct text *text);
/* By domain, bus, device, function: below, 0 or above 0. */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);
bool pci_same_slot(const struct pci_address *a, const struct pci_address *b);

#endif
