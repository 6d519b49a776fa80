/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/selection/choose.h"

/* Adds the card's selector, unless it is there. */
static void add_selector(char **value, const struct card *card)
{
	CLEANUP_FREE char *selector = card_selector(card);
	CLEANUP_FREE char *old = *value;

	*value = old == NULL ? copy_text(selector) : format_text("%s,%s", old, selector);
}

int choose_named(const struct devices *devices, char *const *words, size_t count,
	char **value, char **why)
{
	CLEANUP_FREE struct card *cards =
		allocate_more(NULL, (count + 1) * sizeof(*cards));
	size_t known = 0;

	*value = NULL;
	for (size_t i = 0; i < count; i++) {
		struct card card;
		size_t same = 0;
		int error = devices_resolve(devices, words[i], &card, NULL, why);

		if (error < 0)
			return error;
		while (same < known && cards[same].function != card.function)
			same++;
		if (same < known && strcmp(cards[same].driver, card.driver) != 0) {
			*why = format_text("'%s': another driver is asked for than "
					   "before for the same card",
				words[i]);
			return -EINVAL;
		}
		if (same == known)
			cards[known++] = card;
	}
	if (known > FLAG_SELECTORS_MAX) {
		*why = format_text(
			"%zu cards are more than the %d that the flag can name", known,
			FLAG_SELECTORS_MAX);
		return -E2BIG;
	}
	for (size_t i = 0; i < known; i++)
		add_selector(value, &cards[i]);
	return 0;
}

int choose_unnamed(
	const struct devices *devices, const struct conf *conf, char **value, char **why)
{
	CLEANUP_FREE char *list = copy_text("");
	struct card card = {0}, only = {0};
	size_t count = 0;

	*value = NULL;
	if (conf->devices != NULL && conf->devices[0] != '\0') {
		*value = copy_text(conf->devices);
		return 0;
	}
	while (devices_next_candidate(devices, &card, &card)) {
		const struct pci_device *face = card_face(&card);
		text_append(&list, "\n  %s  %s  %s", pci_device_short(face), face->id,
			face->name);
		only = card;
		count++;
	}
	if (count == 0) {
		*why = copy_text("no card but the boot display is here; 'vfio-early list "
				 "--all' shows every device");
		return -ENODEV;
	}
	if (count > 1) {
		*why = format_text(
			"more than one card could be meant; name one:%s", list);
		return -ENOTUNIQ;
	}
	add_selector(value, &only);
	return 0;
}
