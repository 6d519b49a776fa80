/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI devices of the machine as a person sees them: names, cards, companions. */
#ifndef TOOLS_PCI_DEVICES_H
#define TOOLS_PCI_DEVICES_H

#include "hook/scan.h"

/* A vendor that more than one place asks about. */
enum { VENDOR_NVIDIA = 0x10de };

/* One PCI function and its names. */
struct pci_device {
	struct device facts; /* all but in_use, for which disks would have to be opened */
	char *address;	     /* "0000:01:00.0" */
	char *id;	     /* "1234:1111" */
	char *subsystem;     /* "1af4:1100"; "" if the function has none */
	char *name; /* vendor and device, from pci.ids; "Device 1234:1111" without */
	char *class_name; /* from pci.ids: "VGA compatible controller" */
	char *variant;	  /* the VFIO driver made for it; NULL: vfio-pci is the best */
};

struct pci_access;

struct devices {
	struct pci_device *device; /* by address: the functions of a card together */
	size_t count;
	uint8_t display_signs;	   /* enum display_sign: of all displays */
	struct pci_access *access; /* libpci's own, for resolve.c */
};

/* A card (see hook/card.h): its functions stand together in `devices`. */
struct card {
	const struct pci_device *function; /* `count` of them, by function number */
	size_t count;
	/* The VFIO driver that the user's word asked for with =DRIVER, else the variant
	 * of all its functions; "" is vfio-pci. */
	char driver[DRIVER_NAME_MAX];
};

/*
 * Configuration space is left alone, and a header's type guessed from the class: reading
 * it of a device that is dead may never end. For those who have seen it not to end.
 */
extern bool devices_without_config;

/*
 * Reads every PCI function below --root. 0, or -errno and a sentence: no PCI bus at all,
 * or it cannot be read.
 */
int devices_read(struct devices *devices, char **why);
void devices_free(struct devices *devices);

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
/* "01:00.0  10de:2d04  NAME", for lists to choose from. malloc'ed. */
char *card_list_line(const struct card *card);

/*
 * The cards that a word of the user means: every selector form of the flag, and the
 * spellings of lspci -s ([[[[domain]:]bus]:][device][.[function]]) and -d
 * (vendor:device[:class[:interface]]). Any function of a card means the card. An ID means
 * every card that it fits, as it does in the flag, and the host's display only where it
 * fits nothing else. `*by_address` (may be NULL): the word names the slot, not just what
 * sits there. 0 and a malloc'ed list, or a sentence and -EINVAL (not understood), -ENODEV
 * (fits nothing), -ENOTUNIQ (not an ID, and fits several cards, which the sentence
 * lists).
 */
int devices_resolve_all(const struct devices *devices, const char *word,
	struct card **cards, size_t *count, bool *by_address, char **why);
/* The same where one card is meant: an ID that fits several is -ENOTUNIQ too. */
int devices_resolve(const struct devices *devices, const char *word, struct card *card,
	bool *by_address, char **why);

/*
 * What the flag has for a card: the path from the root bus and an ID,
 * 10de:2d04@00:01.0/00, where the card is its whole slot; else a selector for each of its
 * functions, with commas between them. malloc'ed.
 */
char *card_selector(const struct devices *devices, const struct card *card);

#endif
