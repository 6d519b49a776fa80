/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmdline/address.h"
#include "cmdline/selector.h"

bool pci_address_parse(struct span span, struct pci_address *out)
{
	struct selector selector;
	struct span bad;
	const struct pci_place *place = &selector.place;

	if (selector_parse(span, &selector, &bad) != NULL || selector.has_id ||
		selector.driver[0] != '\0' || place->length != 1 ||
		place->step[0].function == SELECTOR_ANY)
		return false;
	*out = (struct pci_address){
		.domain = place->domain,
		.bus = place->bus,
		.device = place->step[0].device,
		.function = (uint8_t)place->step[0].function,
	};
	return true;
}

void pci_address_format(const struct pci_address *address, struct text *text)
{
	text_add_hex(text, address->domain, 4);
	text_add(text, ":");
	text_add_hex(text, address->bus, 2);
	text_add(text, ":");
	text_add_hex(text, address->device, 2);
	text_add(text, ".");
	text_add_hex(text, address->function, 1);
}

int pci_address_compare(const struct pci_address *a, const struct pci_address *b)
{
	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	if (a->bus != b->bus)
		return a->bus - b->bus;
	if (a->device != b->device)
		return a->device - b->device;
	return a->function - b->function;
}

bool pci_same_slot(const struct pci_address *a, const struct pci_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->device == b->device;
}
