/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cards a command is about: those named, those chosen before, or the only one. */
#ifndef TOOLS_SELECTION_CHOOSE_H
#define TOOLS_SELECTION_CHOOSE_H

#include "tools/selection/conf.h"
#include "tools/selection/refuse.h"
#include "tools/text/lines.h"
#include "tools/pci/devices.h"
#include "tools/pci/cards.h"

/*
 * The flag's value for the words of the user. 0 and a malloc'ed value; -EINVAL for wrong
 * usage, another -errno where nothing, or too much, fits.
 */
int choose_named(const struct devices *devices, char *const *words, size_t count,
	char **value, char **why);

/*
 * Adds a card that a word means: once, in the place of the single functions of it that
 * were named before. False: what is there already is for another driver.
 */
bool choose_candidate(struct candidate **candidates, size_t *count,
	const struct card *card, bool by_address);

/* Adds a sentence for each word that means more than the function that it names. */
void choose_warn(const struct devices *devices, char *const *words, size_t count,
	struct lines *warnings);

/* The cards to choose one from where none is named. */
struct choice {
	struct card *card;
	size_t count;
	const char *doubt; /* why even one card is not taken unasked; NULL: nothing */
};

/*
 * The graphics cards that are not the host's display; discrete ones where there are any.
 * Where it is not clear which that display is, or only integrated ones are left, it is
 * among them, and the doubt says why.
 */
void choice_find(const struct devices *devices, struct choice *choice);
void choice_free(struct choice *choice);

/*
 * The same where nothing is named: what the conf holds, otherwise the one card that
 * there is to choose. -ENODEV if there is none, -ENOTUNIQ and a list if there are more,
 * or a doubt.
 */
int choose_unnamed(
	const struct devices *devices, const struct conf *conf, char **value, char **why);

#endif
