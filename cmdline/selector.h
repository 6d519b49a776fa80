/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One selector of the flag: which PCI functions a word speaks of. */
#ifndef CMDLINE_SELECTOR_H
#define CMDLINE_SELECTOR_H

#include "cmdline/text.h"

enum {
	PCI_DEPTH_MAX = 8,	 /* bridges above a device that a path can name */
	SELECTOR_ANY = -1,	 /* this part was not given */
	SELECTOR_TEXT_MAX = 128, /* the longest selector as text, with its NUL */
	DRIVER_NAME_MAX = 40,	 /* with the NUL; a kernel module's name has 56 at most */
};

struct pci_address {
	uint32_t domain;
	uint8_t bus;
	uint8_t device;
	uint8_t function;
};

/* What a selector is matched against. */
struct pci_function {
	struct pci_address address;
	uint16_t vendor;
	uint16_t device;
	uint16_t subvendor;
	uint16_t subdevice;
	uint8_t depth;				 /* bridges in `above` */
	struct pci_address above[PCI_DEPTH_MAX]; /* from the root bus downwards */
	/* A virtual function on another bus than its physical one: the kernel hangs that
	 * bus below the same bridge, but a path means the bridge's own. */
	bool off_path;
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
	char driver[DRIVER_NAME_MAX]; /* "" is vfio-pci */
};

/*
 * Reads the word of `length` bytes. Returns NULL, or a sentence about what is wrong with
 * `*bad` set to the piece of the word it speaks of; `*out` then holds whatever was
 * understood before, with has_place set if the word names a card all the same (that card
 * is in doubt, and stays with the host).
 */
const char *selector_parse(struct span word, struct selector *out, struct span *bad);

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

/* Reads [DDDD:]BB:DD.F and nothing else, as sysfs names its directories. */
bool pci_address_parse(struct span span, struct pci_address *out);
/* Writes DDDD:BB:DD.F, as sysfs does. */
void pci_address_format(const struct pci_address *address, struct text *text);
/* By domain, bus, device, function: below, 0 or above 0. */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);
bool pci_same_slot(const struct pci_address *a, const struct pci_address *b);

#endif
