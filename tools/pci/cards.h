/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices by what they belong to: cards, IOMMU groups. */
#ifndef TOOLS_PCI_CARDS_H
#define TOOLS_PCI_CARDS_H

#include "tools/pci/devices.h"

/* A card (see hook/card.h): its functions stand together in `devices`. */
struct card {
	const struct pci_device *function; /* `count` of them, by function number */
	size_t count;
	/* The VFIO driver that the user's word asked for with =DRIVER, else the variant
	 * of all its functions; "" is vfio-pci. */
	char driver[DRIVER_NAME_MAX];
	/* The one function that the user's word named, where all of the card is meant;
	 * NULL. */
	const struct pci_device *named;
};

/* NULL if there is no function at this address. */
const struct pci_device *devices_find(
	const struct devices *devices, const struct pci_address *address);
/* The card that the function belongs to. */
struct card devices_card(const struct devices *devices, const struct pci_device *member);
/* Class 03: a display or a 3D controller, what `list` shows. */
bool pci_device_is_graphics(const struct pci_device *device);
/* The address without "0000:" in front: as short as lspci has it. */
const char *pci_device_short(const struct pci_device *device);
/* A bridge, which is never given away. */
bool pci_device_is_bridge(const struct pci_device *device);
bool card_has(const struct card *card, const struct pci_device *device);
/*
 * What the word for this one function means: the function, where it is no display and has
 * an IOMMU group of its own; otherwise the card, which is never half taken, and of whose
 * group VFIO gives a guest all or nothing.
 */
struct card devices_named_function(
	const struct devices *devices, const struct pci_device *device);
/* Why the word for one function means all of the card: a sentence without a full stop,
 * malloc'ed; NULL: it does not, or it named the display. */
char *card_widening(const struct card *card);
/* The function that the card is known by: its first graphics function, or its first. */
const struct pci_device *card_face(const struct card *card);
/* The function of the card that is the boot display; NULL if none is. */
const struct pci_device *card_boot_display(const struct card *card);

/*
 * The next function of an IOMMU group in the order of addresses: `after` NULL is the
 * first. NULL at the end, and for group -1.
 */
const struct pci_device *devices_in_group(
	const struct devices *devices, int group, const struct pci_device *after);
/*
 * The next function that shares an IOMMU group with the card and is neither of the card
 * nor a bridge: what would have to leave the host with it. NULL at the end.
 */
const struct pci_device *devices_foreign(const struct devices *devices,
	const struct card *card, const struct pci_device *after);

/*
 * The next card with a graphics function that is no virtual one: what `enable` chooses
 * from when nothing is named. The first for `after` NULL; false at the end.
 */
bool devices_next_candidate(
	const struct devices *devices, const struct card *after, struct card *card);
/* Part of the processor or of the board: on the root bus, in the slot of an APU, or the
 * display of a management controller. */
bool card_is_integrated(const struct devices *devices, const struct card *card);
/*
 * What to say where there is no graphics card to choose: none at all, or only the host's
 * display. A sentence without a full stop, the same for list, enable and diagnose; NULL:
 * there is one. Not to be freed.
 */
const char *devices_nothing_to_choose(const struct devices *devices);
/* "01:00.0  10de:2d04  NAME", for lists to choose from. malloc'ed. */
char *card_list_line(const struct card *card);

#endif
