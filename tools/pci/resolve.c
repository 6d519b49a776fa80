/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a word of the user to a card, and from a card to its word. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pci/pci.h>

#include "cmdline/address.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/pci/devices.h"
#include "tools/pci/cards.h"
#include "tools/pci/resolve.h"

static const char lookup[] = "'vfio-early list' shows what there is";

/* A word in one of the three languages that it may be written in. */
struct query {
	bool is_selector;
	struct selector selector; /* the flag's */
	struct pci_filter filter; /* lspci's: -s or -d */
};

static const char *read_selector(const char *word, struct query *query)
{
	struct span bad;
	const char *error =
		selector_parse((struct span){word, strlen(word)}, &query->selector, &bad);

	if (word[0] == '\0')
		error = "no device is named";
	query->is_selector = error == NULL;
	return error;
}

/* libpci's parsers take a text that they may change. */
static bool read_filter(
	const struct devices *devices, const char *word, struct query *query)
{
	CLEANUP_FREE char *slot = copy_text(word);
	CLEANUP_FREE char *id = copy_text(word);

	pci_filter_init(devices->access, &query->filter);
	if (pci_filter_parse_slot(&query->filter, slot) == NULL)
		return true;
	pci_filter_init(devices->access, &query->filter);
	return pci_filter_parse_id(&query->filter, id) == NULL;
}

static bool names_slot(const struct query *query)
{
	if (query->is_selector)
		return query->selector.has_place;
	return query->filter.bus >= 0 && query->filter.slot >= 0;
}

static bool names_function(const struct query *query)
{
	const struct pci_place *place = &query->selector.place;

	if (!names_slot(query))
		return false;
	return query->is_selector
		       ? place->step[place->length - 1].function != SELECTOR_ANY
		       : query->filter.func >= 0;
}

static struct pci_dev *libpci_device(
	const struct devices *devices, const struct pci_address *address)
{
	for (struct pci_dev *dev = devices->access->devices; dev != NULL; dev = dev->next)
		if ((uint32_t)dev->domain == address->domain &&
			dev->bus == address->bus && dev->dev == address->device &&
			dev->func == address->function)
			return dev;
	return NULL;
}

static bool fits(const struct devices *devices, const struct query *query,
	const struct pci_device *device)
{
	const struct pci_function *function = &device->facts.function;
	struct pci_filter filter = query->filter;

	if (query->is_selector)
		return query->selector.has_place
			       ? place_matches(&query->selector.place, function)
			       : id_matches(&query->selector.id, function);
	return pci_filter_match(&filter, libpci_device(devices, &function->address));
}

/* An ID@PLACE where the device at the place has another ID; NULL if all is well. */
static const struct pci_device *wrong_id(
	const struct selector *selector, const struct card *card)
{
	if (!selector->has_place || !selector->has_id)
		return NULL;
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.function.address.function ==
				place_checked_function(&selector->place) &&
			id_matches(&selector->id, &card->function[i].facts.function))
			return NULL;
	return card->function;
}

/* The next card that the query fits. Bridges, and by an ID the host's display, only where
 * nothing else does: `in_need`. */
static bool next_fit(const struct devices *devices, const struct query *query,
	bool in_need, struct card *card)
{
	size_t i = card->count > 0
			   ? (size_t)(card->function - devices->device) + card->count
			   : 0;

	for (; i < devices->count; i++) {
		const struct pci_device *device = &devices->device[i];
		struct card next;

		if (!fits(devices, query, device) ||
			(pci_device_is_bridge(device) && !(in_need && names_slot(query))))
			continue;
		next = names_function(query) ? devices_named_function(devices, device)
					     : devices_card(devices, device);
		if (in_need || names_slot(query) || card_boot_display(&next) == NULL) {
			*card = next;
			return true;
		}
	}
	return false;
}

static char *list_fits(const struct card *cards, size_t count, const char *word)
{
	char *list =
		format_text("'%s' fits several cards; name one by its address:", word);

	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *line = card_list_line(&cards[i]);

		text_append(&list, "\n  %s", line);
	}
	return list;
}

/* All cards that the query fits. */
static size_t find_fits(
	const struct devices *devices, const struct query *query, struct card **cards)
{
	size_t count = 0;

	*cards = NULL;
	for (int in_need = 0; in_need < 2 && count == 0; in_need++) {
		struct card next = {0};

		while (next_fit(devices, query, in_need, &next))
			*ARRAY_ADD(*cards, count) = next;
	}
	return count;
}

/* An address without a domain is of domain 0, as in the flag; where nothing is there, of
 * any, as for lspci. */
static size_t find_cards(const struct devices *devices, const char *word,
	struct query *query, struct card **cards)
{
	size_t count = find_fits(devices, query, cards);

	if (count == 0 && query->is_selector && !query->selector.has_id &&
		query->selector.place.domain == 0 && read_filter(devices, word, query)) {
		query->is_selector = false;
		count = find_fits(devices, query, cards);
	}
	return count;
}

static int judge_fits(const struct query *query, const char *word,
	const struct card *cards, size_t count, char **why)
{
	const struct pci_device *other;

	if (count == 0) {
		*why = format_text("no device fits '%s'; %s", word, lookup);
		return -ENODEV;
	}
	if (count > 1 && (!query->is_selector || query->selector.has_place)) {
		*why = list_fits(cards, count, word);
		return -ENOTUNIQ;
	}
	other = query->is_selector ? wrong_id(&query->selector, cards) : NULL;
	if (other == NULL)
		return 0;
	*why = format_text("'%s': the device at this place is %s (%s); %s", word,
		other->id, other->name, lookup);
	return -ENODEV;
}

int devices_resolve_all(const struct devices *devices, const char *word,
	struct card **cards, size_t *count, bool *by_address, char **why)
{
	struct query query = {0};
	const char *error = read_selector(word, &query);
	int result;

	*cards = NULL;
	*count = 0;
	if (error != NULL && (word[0] == '\0' || !read_filter(devices, word, &query))) {
		*why = format_text("'%s': %s; %s", word, error, lookup);
		return -EINVAL;
	}
	*count = find_cards(devices, word, &query, cards);
	result = judge_fits(&query, word, *cards, *count, why);
	if (result < 0) {
		free(*cards);
		*cards = NULL;
		return result;
	}
	if (query.is_selector && strchr(word, '=') != NULL)
		for (size_t i = 0; i < *count; i++)
			memcpy((*cards)[i].driver, query.selector.driver,
				sizeof((*cards)[i].driver));
	if (by_address != NULL)
		*by_address = names_slot(&query);
	return 0;
}

int devices_resolve(const struct devices *devices, const char *word, struct card *card,
	bool *by_address, char **why)
{
	CLEANUP_FREE struct card *cards = NULL;
	size_t count;
	int error = devices_resolve_all(devices, word, &cards, &count, by_address, why);

	if (error < 0)
		return error;
	if (count > 1) {
		*why = list_fits(cards, count, word);
		return -ENOTUNIQ;
	}
	*card = cards[0];
	return 0;
}

/* The path of the card from its root bus; its address, where no path leads to it. */
static struct pci_place place_of(const struct pci_function *function)
{
	unsigned int depth = function->off_path ? 0 : function->depth;
	const struct pci_address *top =
		depth > 0 ? &function->above[0] : &function->address;
	struct pci_place place = {.domain = top->domain, .bus = top->bus};

	for (unsigned int i = 0; i < depth; i++)
		place.step[place.length++] = (struct pci_step){
			function->above[i].device, (int8_t)function->above[i].function};
	place.step[place.length++] =
		(struct pci_step){function->address.device, SELECTOR_ANY};
	return place;
}

static bool is_whole_slot(const struct devices *devices, const struct card *card)
{
	size_t there = 0;

	for (size_t i = 0; i < devices->count; i++)
		there += pci_same_slot(&devices->device[i].facts.function.address,
			&card->function->facts.function.address);
	/* Of virtual functions more may come. */
	return there == card->count && !card->function->facts.is_virtual;
}

static char *function_selector(const struct pci_function *function, int8_t number,
	const char driver[DRIVER_NAME_MAX])
{
	struct selector selector = {.has_place = true, .place = place_of(function)};
	char buffer[SELECTOR_TEXT_MAX];
	struct text text = text_in(buffer, sizeof(buffer));

	selector.place.step[selector.place.length - 1].function = number;
	/* The ID that is verified at boot is that of function 0, unless one is named. */
	if (number != SELECTOR_ANY || function->address.function == 0) {
		selector.has_id = true;
		selector.id = (struct pci_id){
			function->vendor, function->device, SELECTOR_ANY, SELECTOR_ANY};
	}
	memcpy(selector.driver, driver, sizeof(selector.driver));
	selector_format(&selector, &text);
	return copy_text(buffer);
}

char *card_selector(const struct devices *devices, const struct card *card)
{
	const struct pci_function *first = &card->function[0].facts.function;
	char *list = NULL;

	if (is_whole_slot(devices, card))
		return function_selector(first, SELECTOR_ANY, card->driver);
	for (size_t i = 0; i < card->count; i++) {
		const struct pci_function *function = &card->function[i].facts.function;
		CLEANUP_FREE char *one = function_selector(
			function, (int8_t)function->address.function, card->driver);

		text_append(&list, "%s%s", list != NULL ? "," : "", one);
	}
	return list;
}
