/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/commands/explain-text.h"
#include "tools/text/string.h"
#include "tools/pci/cards.h"

enum {
	WIDTH = 72,  /* of a long value, so much is shown */
	BEFORE = 24, /* and so much of it in front of the bad piece */
};

void wrong_word_echo(const struct wrong_word *word, struct lines *lines)
{
	size_t from = (size_t)(word->bad.text - word->word.text), carets;
	struct span shown = word->word;
	CLEANUP_FREE char *text = NULL;
	CLEANUP_FREE char *under = NULL;

	if (from > BEFORE && shown.length > WIDTH) {
		shown.text += from - BEFORE;
		shown.length -= from - BEFORE;
		from = BEFORE;
	}
	if (shown.length > WIDTH)
		shown.length = WIDTH;
	carets = word->bad.length;
	if (carets > shown.length - from)
		carets = shown.length - from;
	/* Nothing is there at all: one caret shows where. */
	if (carets == 0)
		carets = 1;
	text = explain_printable(shown);
	under = allocate_more(NULL, carets + 1);
	memset(under, '^', carets);
	under[carets] = '\0';
	lines_add(lines, "  %s", text);
	lines_add(lines, "  %*s%s", (int)from, "", under);
	lines_add(lines, "  %s", word->sentence);
}

void explain_devices(const struct prediction *prediction, const struct devices *devices,
	struct lines *lines)
{
	for (unsigned int i = 0; i < prediction->plan.count; i++) {
		const struct plan_entry *entry = &prediction->plan.entry[i];
		const struct pci_device *device =
			devices_find(devices, &entry->device->function.address);
		CLEANUP_FREE char *what = explain_entry(prediction, entry);

		if (device == NULL) /* it came or went in between */
			continue;
		lines_add(lines, "%s  %s  %s", pci_device_short(device), device->id,
			device->name);
		lines_add(lines, "%*s  %s", (int)strlen(pci_device_short(device)), "",
			what);
	}
}
