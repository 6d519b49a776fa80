/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "hook/card.h"
#include "tools/pci/cards.h"
#include "tools/selection/refuse-flag.h"
#include "tools/selection/refuse.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

/* Whether the word names nothing that could be given away: what bridges are for then is
 * what has to be said. */
static bool fits_bridges_only(
	const struct devices *devices, const struct selector *selector)
{
	for (size_t i = 0; i < devices->count; i++)
		if (plan_selects(selector, &devices->device[i].facts) &&
			!pci_device_is_bridge(&devices->device[i]))
			return false;
	return true;
}

/* Whether the flag means this function, just as the early program reads it. */
static bool selects(const struct devices *devices, const struct prediction *prediction,
	const struct pci_device *device, bool *by_address)
{
	bool selected = false;

	for (unsigned int i = 0; i < prediction->flag.count; i++) {
		const struct selector *selector = &prediction->flag.item[i].selector;

		if (prediction->plan.word[i] != WORD_FITS ||
			!plan_selects(selector, &device->facts) ||
			(!selector->has_place && device->facts.boot_display) ||
			(pci_device_is_bridge(device) &&
				!fits_bridges_only(devices, selector)))
			continue;
		selected = true;
		*by_address = *by_address || selector->has_place;
	}
	return selected;
}

/* The functions of a card that stand together and are meant, from `first` on. */
static struct candidate next_candidate(const struct devices *devices,
	const struct prediction *prediction, const struct pci_device *first)
{
	const struct pci_device *end = devices->device + devices->count;
	struct candidate candidate = {.card.function = first};
	const struct pci_device *next = first;

	while (next < end && device_same_card(&first->facts, &next->facts) &&
		selects(devices, prediction, next, &candidate.by_address))
		next++;
	candidate.card.count = (size_t)(next - first);
	return candidate;
}

void refuse_flag(const struct devices *devices, const struct prediction *prediction,
	struct lines *reasons, struct lines *warnings)
{
	CLEANUP_FREE struct candidate *candidates = NULL;
	size_t count = 0;

	if (prediction->flag.state != FLAG_ON)
		return;
	for (size_t i = 0; i < devices->count;) {
		struct candidate candidate =
			next_candidate(devices, prediction, &devices->device[i]);

		if (candidate.card.count > 0)
			*ARRAY_ADD(candidates, count) = candidate;
		i += candidate.card.count > 0 ? candidate.card.count : 1;
	}
	if (count > 0)
		refuse_cards(devices, candidates, count, false, reasons, warnings);
}
