/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What card a word means, and the word for a card. */
#ifndef TOOLS_PCI_RESOLVE_H
#define TOOLS_PCI_RESOLVE_H

#include "tools/pci/cards.h"

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
