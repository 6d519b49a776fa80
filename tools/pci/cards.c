/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about the devices that were read: cards, groups, candidates. */
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "hook/card.h"
#include "tools/text/string.h"
#include "tools/pci/devices.h"
#include "tools/pci/cards.h"

enum {
	CLASS_GRAPHICS = 0x03,
	/* Of an APU, in one slot: its display, and all the rest. */
	VENDOR_AMD = 0x1022,
	/* The displays of servers' management controllers. */
	VENDOR_ASPEED = 0x1a03,
	VENDOR_MATROX = 0x102b,
};

const struct pci_device *devices_find(
	const struct devices *devices, const struct pci_address *address)
{
	for (size_t i = 0; i < devices->count; i++)
		if (pci_address_compare(
			    &devices->device[i].facts.function.address, address) == 0)
			return &devices->device[i];
	return NULL;
}

/* The variant that all functions have; one word of the flag names one driver. */
static void choose_driver(struct card *card)
{
	const char *variant = card->function[0].variant;

	for (size_t i = 0; i < card->count; i++)
		if (variant == NULL || card->function[i].variant == NULL ||
			strcmp(card->function[i].variant, variant) != 0)
			return;
	if (strlen(variant) < sizeof(card->driver))
		memcpy(card->driver, variant, strlen(variant) + 1);
}

struct card devices_card(const struct devices *devices, const struct pci_device *member)
{
	const struct pci_device *end = devices->device + devices->count;
	struct card card = {.function = member};

	while (card.function > devices->device &&
		device_same_card(&card.function[-1].facts, &member->facts))
		card.function--;
	while (card.function + card.count < end &&
		device_same_card(&card.function[card.count].facts, &member->facts))
		card.count++;
	choose_driver(&card);
	return card;
}

/* Whom of its card the function shares its IOMMU group with, or may; NULL: nobody. */
static const struct pci_device *group_mate(
	const struct card *card, const struct pci_device *device)
{
	for (size_t i = 0; i < card->count; i++)
		if (&card->function[i] != device &&
			(device->facts.group < 0 ||
				card->function[i].facts.group == device->facts.group))
			return &card->function[i];
	return NULL;
}

struct card devices_named_function(
	const struct devices *devices, const struct pci_device *device)
{
	struct card card = devices_card(devices, device);

	if (!pci_device_is_graphics(device) && group_mate(&card, device) == NULL) {
		card = (struct card){.function = device, .count = 1};
		choose_driver(&card);
	}
	card.named = card.count > 1 ? device : NULL;
	return card;
}

char *card_widening(const struct card *card)
{
	const struct pci_device *mate;

	if (card->named == NULL || pci_device_is_graphics(card->named))
		return NULL;
	mate = group_mate(card, card->named);
	if (card->named->facts.group < 0)
		return format_text(
			"%s means the card %s as a whole: without an IOMMU that "
			"runs, nobody can tell whether it has a group of its own",
			pci_device_short(card->named), pci_device_short(card_face(card)));
	return format_text(
		"%s means the card %s as a whole: it shares IOMMU group %d with "
		"%s, and VFIO gives a guest a whole group or nothing",
		pci_device_short(card->named), pci_device_short(card_face(card)),
		card->named->facts.group, pci_device_short(mate));
}

bool pci_device_is_graphics(const struct pci_device *device)
{
	return device->facts.class >> 16 == CLASS_GRAPHICS;
}

bool pci_device_is_bridge(const struct pci_device *device)
{
	return device_is_bridge(&device->facts);
}

const char *pci_device_short(const struct pci_device *device)
{
	bool has_domain = device->facts.function.address.domain != 0;

	return has_domain ? device->address : device->address + strlen("0000:");
}

bool card_has(const struct card *card, const struct pci_device *device)
{
	return device >= card->function && device < card->function + card->count;
}

const struct pci_device *card_face(const struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		if (pci_device_is_graphics(&card->function[i]))
			return &card->function[i];
	return card->function;
}

const struct pci_device *card_boot_display(const struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.boot_display)
			return &card->function[i];
	return NULL;
}

const struct pci_device *devices_in_group(
	const struct devices *devices, int group, const struct pci_device *after)
{
	size_t i = after != NULL ? (size_t)(after - devices->device) + 1 : 0;

	for (; group >= 0 && i < devices->count; i++)
		if (devices->device[i].facts.group == group)
			return &devices->device[i];
	return NULL;
}

static bool shares_group(const struct card *card, const struct pci_device *device)
{
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.group >= 0 &&
			card->function[i].facts.group == device->facts.group)
			return true;
	return false;
}

const struct pci_device *devices_foreign(const struct devices *devices,
	const struct card *card, const struct pci_device *after)
{
	size_t i = after != NULL ? (size_t)(after - devices->device) + 1 : 0;

	for (; i < devices->count; i++) {
		const struct pci_device *device = &devices->device[i];

		if (!card_has(card, device) && shares_group(card, device) &&
			!(pci_device_is_bridge(device) &&
				driver_leaves_group(device->facts.driver)))
			return device;
	}
	return NULL;
}

const char *devices_nothing_to_choose(const struct devices *devices)
{
	struct card card = {0};
	size_t hosts = 0;

	while (devices_next_candidate(devices, &card, &card)) {
		if (card_boot_display(&card) == NULL)
			return NULL;
		hosts++;
	}
	return hosts > 0
		       ? "no card but the boot display is here: this machine's screen "
			 "hangs on the only graphics card; to give it away all the same, "
			 "name it by its address and add --force"
		       : "there is no display and no 3D controller here; 'vfio-early list "
			 "--all' shows every device";
}

bool card_is_integrated(const struct devices *devices, const struct card *card)
{
	const struct pci_function *face = &card_face(card)->facts.function;

	if (face->depth == 0 || face->vendor == VENDOR_ASPEED ||
		face->vendor == VENDOR_MATROX)
		return true;
	for (size_t i = 0; i < devices->count; i++) {
		const struct pci_function *other = &devices->device[i].facts.function;

		if (face->vendor == VENDOR_ATI && other->vendor == VENDOR_AMD &&
			pci_same_slot(&face->address, &other->address))
			return true;
	}
	return false;
}

bool devices_next_candidate(
	const struct devices *devices, const struct card *after, struct card *card)
{
	size_t i = after != NULL && after->count > 0
			   ? (size_t)(after->function - devices->device) + after->count
			   : 0;

	for (; i < devices->count; i += card->count) {
		*card = devices_card(devices, &devices->device[i]);
		if (pci_device_is_graphics(card_face(card)) &&
			!card->function->facts.is_virtual)
			return true;
	}
	return false;
}

char *card_list_line(const struct card *card)
{
	const struct pci_device *face = card_face(card);

	return format_text("%s  %s  %s%s", pci_device_short(face), face->id, face->name,
		card_boot_display(card) != NULL ? "  (the host's display)" : "");
}
