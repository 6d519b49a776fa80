/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "tools/selection/refuse-flag.h"
#include "tools/selection/refuse.h"
#include "tools/pci/resolve.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

void refuse_flag(const struct devices *devices, const struct flag *flag,
	struct lines *reasons, struct lines *warnings)
{
	CLEANUP_FREE struct candidate *candidates = NULL;
	size_t count = 0;

	for (unsigned int i = 0; flag->state == FLAG_ON && i < flag->count; i++) {
		CLEANUP_FREE char *word = span_copy(flag->item[i].word), *why = NULL;
		CLEANUP_FREE struct card *cards = NULL;
		bool by_address;
		size_t number;

		if (devices_resolve_all(
			    devices, word, &cards, &number, &by_address, &why) < 0)
			continue;
		for (size_t j = 0; j < number; j++)
			*ARRAY_ADD(candidates, count) =
				(struct candidate){cards[j], by_address};
	}
	if (count > 0)
		refuse_cards(devices, candidates, count, false, reasons, warnings);
}
