/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/selection/explain.h"
#include "tools/text/json.h"

enum {
	WIDTH = 72,  /* of a long value, so much is shown */
	BEFORE = 24, /* and so much of it in front of the bad piece */
};

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

json_t *wrong_words_json(const struct wrong_words *wrong)
{
	json_t *list = json_array();

	for (size_t i = 0; i < wrong->count; i++) {
		const struct wrong_word *word = &wrong->word[i];
		json_t *object = json_object();

		json_object_set_new(
			object, "word", json_text_of(word->word.text, word->word.length));
		json_object_set_new(
			object, "bad", json_text_of(word->bad.text, word->bad.length));
		json_object_set_new(object, "error", json_text(word->sentence));
		json_array_append_new(list, object);
	}
	return list;
}

static char *reason_of(const struct plan_entry *entry)
{
	if (entry->reason == REASON_SIBLING)
		return format_text(
			"%s (function %u)", reason_text(entry->reason), entry->culprit);
	if (entry->reason == REASON_DRIVER || entry->reason == REASON_IN_USE)
		return format_text(
			"%s (%s)", reason_text(entry->reason), entry->device->driver);
	return copy_text(reason_text(entry->reason));
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
	reason = reason_of(entry);
	return format_text("stays with the host: %s", reason);
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

json_t *explain_devices_json(
	const struct prediction *prediction, const struct devices *devices)
{
	static const char *const action[] = {
		[ACTION_LEAVE] = "leave",
		[ACTION_TAKE] = "take",
		[ACTION_KEEP] = "keep",
	};
	json_t *list = json_array();

	for (unsigned int i = 0; i < prediction->plan.count; i++) {
		const struct plan_entry *entry = &prediction->plan.entry[i];
		const struct span word = prediction->flag.item[entry->item].word;
		const struct pci_device *device =
			devices_find(devices, &entry->device->function.address);
		CLEANUP_FREE char *reason = reason_of(entry);
		json_t *object;

		if (device == NULL)
			continue;
		object = json_object();
		json_object_set_new(object, "address", json_text(device->address));
		json_object_set_new(object, "id", json_text(device->id));
		json_object_set_new(object, "name", json_text(device->name));
		json_object_set_new(object, "word", json_text_of(word.text, word.length));
		json_object_set_new(object, "action", json_text(action[entry->action]));
		json_object_set_new(object, "driver", json_text(entry->driver));
		json_object_set_new(object, "reason",
			reason[0] != '\0' ? json_text(reason) : json_null());
		json_array_append_new(list, object);
	}
	return list;
}
