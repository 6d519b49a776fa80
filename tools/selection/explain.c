/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/selection/explain.h"

static const struct pci_device *checked_device(
	const struct devices *devices, const struct pci_place *place)
{
	for (size_t i = 0; i < devices->count; i++) {
		const struct pci_function *function = &devices->device[i].facts.function;

		if (place_in_slot(place, function) &&
			function->address.function == place_checked_function(place))
			return &devices->device[i];
	}
	return NULL;
}

static void add_wrong(
	struct wrong_words *wrong, struct span word, struct span bad, char *sentence)
{
	wrong->word =
		allocate_more(wrong->word, (wrong->count + 1) * sizeof(*wrong->word));
	wrong->word[wrong->count++] = (struct wrong_word){word, bad, sentence};
}

/* ID@PLACE, and the device at the place has another ID: the ID is the bad piece. */
static void add_wrong_id(struct wrong_words *wrong, const struct flag_item *item,
	const struct devices *devices)
{
	const struct pci_device *there = checked_device(devices, &item->selector.place);
	const char *at = memchr(item->word.text, '@', item->word.length);
	struct span id = {item->word.text, (size_t)(at - item->word.text)};

	add_wrong(wrong, item->word, id,
		there != NULL ? format_text("the device at this place is %s, %s",
					there->id, there->name)
			      : copy_text("no function at this place has this ID"));
}

void wrong_words_find(const struct prediction *prediction, const struct devices *devices,
	struct wrong_words *wrong)
{
	const struct flag *flag = &prediction->flag;

	*wrong = (struct wrong_words){0};
	if (flag->state == FLAG_BAD)
		add_wrong(wrong, flag->value, flag->bad, copy_text(flag->error));
	for (unsigned int i = 0; i < flag->count; i++) {
		const struct flag_item *item = &flag->item[i];

		switch (prediction->plan.word[i]) {
		case WORD_FITS:
			break;
		case WORD_BAD:
			/* An empty word shows where it is only among its neighbours. */
			add_wrong(wrong, item->word.length > 0 ? item->word : flag->value,
				item->bad, copy_text(item->error));
			break;
		case WORD_NO_DEVICE:
			add_wrong(wrong, item->word, item->word,
				copy_text(item->selector.has_place
						  ? "there is no device at this place"
						  : "no device here has this ID"));
			break;
		case WORD_WRONG_ID:
			add_wrong_id(wrong, item, devices);
			break;
		}
	}
}

void wrong_words_free(struct wrong_words *wrong)
{
	for (size_t i = 0; i < wrong->count; i++)
		free(wrong->word[i].sentence);
	free(wrong->word);
	*wrong = (struct wrong_words){0};
}

char *explain_printable(struct span span)
{
	char *text = format_text("%.*s", (int)span.length, span.text);

	for (char *at = text; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return text;
}

char *explain_reason(const struct plan_entry *entry)
{
	char buffer[REASON_MAX];
	struct text text = text_in(buffer, sizeof(buffer));

	plan_add_reason(entry, &text);
	return copy_text(buffer);
}

char *explain_entry(const struct prediction *prediction, const struct plan_entry *entry)
{
	const struct span word = prediction->flag.item[entry->item].word;
	CLEANUP_FREE char *reason = NULL;

	switch (entry->action) {
	case ACTION_TAKE:
		return format_text("is given to %s, by the word '%.*s'", entry->driver,
			(int)word.length, word.text);
	case ACTION_KEEP:
		return format_text("is with %s already", entry->driver);
	case ACTION_LEAVE:
		break;
	}
	reason = explain_reason(entry);
	return format_text("stays with the host: %s", reason);
}
