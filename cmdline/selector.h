/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One selector of the flag: which PCI functions a word speaks of. */
#ifndef CMDLINE_SELECTOR_H
#define CMDLINE_SELECTOR_H

#include "cmdline/pci-function.h"
#include "cmdline/text.h"

enum {
	SELECTOR_ANY = -1,	 /* this part was not given */
	SELECTOR_TEXT_MAX = 128, /* the longest selector as text, with its NUL */
	DRIVER_NAME_MAX = 40,	 /* with the NUL; a kernel module's name has 56 at most */
};

/* PLACE: an address, and the device and function of each element behind a "/". */
struct pci_place {
	uint32_t domain;
	uint8_t bus;
	uint8_t length; /* elements in `step`, 1 for a plain address */
	struct pci_step {
		uint8_t device;
		int8_t function; /* SELECTOR_ANY in the last element: every function */
	} step[PCI_DEPTH_MAX + 1];
};

/* ID: vendor:device, or vendor:device:subvendor:subdevice. */
struct pci_id {
	uint16_t vendor;
	uint16_t device;
	int32_t subvendor; /* SELECTOR_ANY, or both are given */
	int32_t subdevice;
};

struct selector {
	bool has_place;
	bool has_id;
	struct pci_place place;
	struct pci_id id;
	char driver[DRIVER_NAME_MAX]; /* "" is vfio-pci: selector_driver() */
};

/*
 * Reads the word of `length` bytes. Returns NULL, or a sentence about what is wrong with
 * `*bad` set to the piece of the word it speaks of; `*out` then holds whatever was
 * understood before, with has_place set if the word names a card all the same (that card
 * is in doubt, and stays with the host).
 */
const char *selector_parse(struct span word, struct selector *out, struct span *bad);

/* The driver that the word wants. */
const char *selector_driver(const struct selector *selector);

/* Writes the canonical form, which selector_parse reads back to the same selector. */
void selector_format(const struct selector *selector, struct text *text);

/* Whether the function sits at the place (all functions of a slot if none is named). */
bool place_matches(const struct pci_place *place, const struct pci_function *function);
/* Whether the function is in the slot that the place names, whichever function is meant.
 */
bool place_in_slot(const struct pci_place *place, const struct pci_function *function);
bool id_matches(const struct pci_id *id, const struct pci_function *function);
/* The function whose ID an ID@PLACE selector verifies: the one named, or 0. */
unsigned int place_checked_function(const struct pci_place *place);

#endif
