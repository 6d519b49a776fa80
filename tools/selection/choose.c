/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/flag.h"
#include "hook/display.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/selection/choose.h"
#include "tools/pci/cards.h"
#include "tools/pci/resolve.h"

static size_t count_selectors(const char *value)
{
	size_t count = 1;

	while ((value = strchr(value, ',')) != NULL)
		value++, count++;
	return count;
}

static int write_value(const struct devices *devices, const struct candidate *candidates,
	size_t count, char **value, char **why)
{
	*value = NULL;
	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *selector = card_selector(devices, &candidates[i].card);

		text_append(value, "%s%s", *value != NULL ? "," : "", selector);
	}
	if (count == 0 || count_selectors(*value) <= FLAG_SELECTORS_MAX)
		return 0;
	*why = format_text("%zu devices are more than the %d that the flag can name",
		count_selectors(*value), FLAG_SELECTORS_MAX);
	free(*value);
	*value = NULL;
	return -E2BIG;
}

/* Whether one is the other, or a function of it. */
static bool cards_overlap(const struct card *a, const struct card *b)
{
	return card_has(a, b->function) || card_has(b, a->function);
}

bool choose_candidate(struct candidate **candidates, size_t *count,
	const struct card *card, bool by_address)
{
	struct candidate whole = {*card, by_address};
	size_t place = *count, kept = 0;

	for (size_t i = 0; i < *count; i++) {
		const struct candidate *there = &(*candidates)[i];

		if (!cards_overlap(&there->card, card)) {
			(*candidates)[kept++] = *there;
			continue;
		}
		if (strcmp(there->card.driver, card->driver) != 0)
			return false;
		if (there->card.count > whole.card.count)
			whole.card = there->card;
		whole.by_address = whole.by_address || there->by_address;
		if (place == *count)
			place = kept++;
	}
	*count = kept;
	if (place >= kept)
		*ARRAY_ADD(*candidates, *count) = whole;
	else
		(*candidates)[place] = whole;
	return true;
}

int choose_named(const struct devices *devices, char *const *words, size_t count,
	char **value, char **why)
{
	CLEANUP_FREE struct candidate *candidates = NULL;
	size_t known = 0;

	*value = NULL;
	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE struct card *fits = NULL;
		bool by_address;
		size_t number;
		int error = devices_resolve_all(
			devices, words[i], &fits, &number, &by_address, why);

		if (error < 0)
			return error;
		for (size_t j = 0; j < number; j++)
			if (!choose_candidate(
				    &candidates, &known, &fits[j], by_address)) {
				*why = format_text("'%s': another driver is asked for "
						   "than before for the same card",
					words[i]);
				return -EINVAL;
			}
	}
	return write_value(devices, candidates, known, value, why);
}

void choose_warn(const struct devices *devices, char *const *words, size_t count,
	struct lines *warnings)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *why = NULL, *wider = NULL;
		struct card card;

		if (devices_resolve(devices, words[i], &card, NULL, &why) == 0)
			wider = card_widening(&card);
		if (wider != NULL)
			lines_add(warnings, "%s", wider);
	}
}

static const struct card *find_host_card(const struct card *cards, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (card_boot_display(&cards[i]) != NULL)
			return &cards[i];
	return NULL;
}

/* Why the choice is the user's even where only one card is left; NULL if it is not. */
static const char *find_doubt(
	const struct devices *devices, const struct card *host, bool discrete_left)
{
	if (host == NULL)
		return NULL;
	if (display_signs_disagree(
		    card_boot_display(host)->facts.signs, devices->display_signs))
		return "the signs disagree about which display is the host's (the firmware's "
		       "choice, panels and monitors)";
	if (!discrete_left && !card_is_integrated(devices, host))
		return "the graphics card is the host's display, and what is left is part "
		       "of the processor or the board; to give the card away, make the "
		       "integrated display the first one in the firmware's setup, and put "
		       "the monitor's cable there";
	return NULL;
}

void choice_find(const struct devices *devices, struct choice *choice)
{
	CLEANUP_FREE struct card *all = NULL;
	const struct card *host;
	struct card card = {0};
	size_t count = 0;
	bool discrete = false;

	*choice = (struct choice){0};
	while (devices_next_candidate(devices, &card, &card)) {
		*ARRAY_ADD(all, count) = card;
		discrete = discrete || (card_boot_display(&card) == NULL &&
					       !card_is_integrated(devices, &card));
	}
	host = find_host_card(all, count);
	choice->doubt = find_doubt(devices, host, discrete);
	for (size_t i = 0; i < count; i++)
		if (&all[i] == host ? choice->doubt != NULL
				    : !discrete || !card_is_integrated(devices, &all[i]))
			*ARRAY_ADD(choice->card, choice->count) = all[i];
	/* With nothing beside the host's display there is no choice, nor doubt. */
	if (host != NULL && count == 1)
		*choice = (struct choice){0};
}

void choice_free(struct choice *choice)
{
	free(choice->card);
	*choice = (struct choice){0};
}

static char *say_choice(const struct choice *choice)
{
	char *text = choice->doubt != NULL
			     ? format_text("%s; name one:", choice->doubt)
			     : copy_text("more than one card could be meant; "
					 "name one:");

	for (size_t i = 0; i < choice->count; i++) {
		CLEANUP_FREE char *line = card_list_line(&choice->card[i]);

		text_append(&text, "\n  %s", line);
	}
	return text;
}

int choose_unnamed(
	const struct devices *devices, const struct conf *conf, char **value, char **why)
{
	struct candidate only;
	struct choice choice;
	int error;

	*value = NULL;
	if (conf->devices != NULL && conf->devices[0] != '\0') {
		*value = copy_text(conf->devices);
		return 0;
	}
	choice_find(devices, &choice);
	if (choice.count == 0) {
		const char *nothing = devices_nothing_to_choose(devices);

		*why = copy_text(
			nothing != NULL ? nothing : "there is no card to choose");
		error = -ENODEV;
	} else if (choice.count > 1 || choice.doubt != NULL) {
		*why = say_choice(&choice);
		error = -ENOTUNIQ;
	} else {
		only = (struct candidate){.card = choice.card[0]};
		error = write_value(devices, &only, 1, value, why);
	}
	choice_free(&choice);
	return error;
}
