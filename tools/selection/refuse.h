/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `enable` must not take from the host, and why. */
#ifndef TOOLS_SELECTION_REFUSE_H
#define TOOLS_SELECTION_REFUSE_H

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/pci/devices.h"
#include "tools/pci/cards.h"

struct candidate {
	struct card card;
	bool by_address; /* the user's word names the slot */
};

/*
 * Adds a sentence to `reasons` for everything that stands against giving these cards away
 * together, with the function's address and name: none, and they may be taken. `force`
 * lifts what only costs the picture on a screen, for cards named by address. Adds to
 * `warnings` what the user should know all the same.
 */
void refuse_cards(const struct devices *devices, const struct candidate *candidates,
	size_t count, bool force, struct lines *reasons, struct lines *warnings);
/*
 * The display that the host loses with these cards: its own, or the last one. `*what`:
 * "it is the boot display", a clause on it. NULL: a display is left to it.
 */
const struct pci_device *display_lost(const struct devices *devices,
	const struct candidate *candidates, size_t count, const char **what);

/* What the host uses the function for, now or in the next boot: a clause, malloc'ed;
 * NULL: it can do without. `forceable`: also what a person may well want to give away, as
 * the only keyboard. */
char *host_need(const struct pci_device *device, bool forceable);

#endif
