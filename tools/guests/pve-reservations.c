/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmdline/address.h"
#include "tools/text/string.h"
#include "tools/guests/pve-reservations.h"

void reservations_read(struct span text, struct pci_reservations *reservations)
{
	struct span line, address, number;

	*reservations = (struct pci_reservations){0};
	while (span_line(&text, &line)) {
		struct pci_reservation entry = {0};
		uint64_t vm;

		if (!span_word(&line, &address) || !span_word(&line, &number) ||
			!pci_address_parse(address, &entry.address) ||
			!span_number(number, 10, INT32_MAX, &vm))
			continue;
		entry.vm = (long)vm;
		*ARRAY_ADD(reservations->entry, reservations->count) = entry;
	}
}
