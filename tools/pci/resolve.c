/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a word of the user to a card, and from a card to its word. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pci/pci.h>

#include "tools/text/string.h"
#include "tools/pci/devices.h"

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

/* The next card that the query fits. */
static bool next_fit(const struct devices *devices, const struct query *query,
	bool boot_display, struct card *card)
{
	size_t i = card->count > 0
			   ? (size_t)(card->function - devices->device) + card->count
			   : 0;
	struct card next;

	for (; i < devices->count; i++) {
		if (!fits(devices, query, &devices->device[i]) ||
			(!names_slot(query) && pci_device_is_bridge(&devices->device[i])))
			continue;
		next = devices_card(devices, &devices->device[i]);
		if (boot_display || names_slot(query) ||
			card_boot_display(&next) == NULL) {
			*card = next;
			return true;
		}
	}
	return false;
}

static char *list_fits(const struct devices *devices, const struct query *query,
	const char *word, bool boot_display)
{
	struct card card = {0};
	char *list =
		format_text("'%s' fits several cards; name one by its address:", word);

	while (next_fit(devices, query, boot_display, &card)) {
		const struct pci_device *face = card_face(&card);
		text_append(&list, "\n  %s  %s  %s", pci_device_short(face), face->id,
			face->name);
	}
	return list;
}

int devices_resolve(const struct devices *devices, const char *word, struct card *card,
	bool *by_address, char **why)
{
	static const char lookup[] = "'vfio-early list' shows what there is";
	struct card found = {0}, second;
	struct query query = {0};
	bool boot_display = false;
	const char *error = read_selector(word, &query);
	const struct pci_device *other;

	if (error != NULL && (word[0] == '\0' || !read_filter(devices, word, &query))) {
		*why = format_text("'%s': %s; %s", word, error, lookup);
		return -EINVAL;
	}
	if (!next_fit(devices, &query, boot_display, &found)) {
		boot_display = true;
		if (!next_fit(devices, &query, boot_display, &found)) {
			*why = format_text("no device fits '%s'; %s", word, lookup);
			return -ENODEV;
		}
	}
	other = query.is_selector ? wrong_id(&query.selector, &found) : NULL;
	if (other != NULL) {
		*why = format_text("'%s': the device at this place is %s (%s); %s", word,
			other->id, other->name, lookup);
		return -ENODEV;
	}
	second = found;
	if (next_fit(devices, &query, boot_display, &second)) {
		*why = list_fits(devices, &query, word, boot_display);
		return -ENOTUNIQ;
	}
	if (query.is_selector && strchr(word, '=') != NULL)
		memcpy(found.driver, query.selector.driver, sizeof(found.driver));
	*card = found;
	if (by_address != NULL)
		*by_address = names_slot(&query);
	return 0;
}

/* The path of the card from its root bus. */
static struct pci_place place_of(const struct pci_function *function)
{
	const struct pci_address *top =
		function->depth > 0 ? &function->above[0] : &function->address;
	struct pci_place place = {.domain = top->domain, .bus = top->bus};

	for (unsigned int i = 0; i < function->depth; i++)
		place.step[place.length++] = (struct pci_step){
			function->above[i].device, (int8_t)function->above[i].function};
	place.step[place.length++] =
		(struct pci_step){function->address.device, SELECTOR_ANY};
	return place;
}

char *card_selector(const struct card *card)
{
	const struct pci_function *first = &card->function[0].facts.function;
	struct selector selector = {.has_place = true, .place = place_of(first)};
	char buffer[SELECTOR_TEXT_MAX];
	struct text text = text_in(buffer, sizeof(buffer));

	/* The ID that is verified at boot is that of function 0; a virtual function's
	 * slot may have none. */
	if (first->address.function == 0) {
		selector.has_id = true;
		selector.id = (struct pci_id){
			first->vendor, first->device, SELECTOR_ANY, SELECTOR_ANY};
	}
	memcpy(selector.driver, card->driver, sizeof(selector.driver));
	selector_format(&selector, &text);
	return copy_text(buffer);
}
