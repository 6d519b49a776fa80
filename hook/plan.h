/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the next step does with each function: decided from the flag and the scan alone.
 */
#ifndef HOOK_PLAN_H
#define HOOK_PLAN_H

#include "hook/reason.h"
#include "hook/scan.h"

enum action {
	ACTION_LEAVE, /* it stays with the host */
	ACTION_TAKE,  /* bind it to the VFIO driver */
	ACTION_KEEP,  /* it is there already */
};

/* What became of a word of the flag. */
enum word_state {
	WORD_FITS,	/* at least one function */
	WORD_BAD,	/* cannot be read: item.error */
	WORD_NO_DEVICE, /* nothing at this place, or no such ID */
	WORD_WRONG_ID,
};

struct plan_entry {
	const struct device *device; /* in the scan */
	enum action action;
	enum reason reason;	      /* why ACTION_LEAVE */
	uint8_t item;		      /* the word of the flag that names it */
	const struct device *culprit; /* REASON_SIBLING, _GROUP: who has the reason */
	const char *driver;	      /* the VFIO driver it is for */
};

struct plan {
	unsigned int count;
	struct plan_entry
		entry[SCAN_MAX]; /* by address: the functions of a card together */
	enum word_state word[FLAG_SELECTORS_MAX];
};

/*
 * A pure function. Per card: if one function must stay with the host, all of them do. A
 * flag that is not FLAG_ON gives an empty plan.
 */
void plan_make(const struct flag *flag, const struct scan *scan, struct plan *plan);

/* Whether a word that can be read speaks of the device. */
bool plan_selects(const struct selector *selector, const struct device *device);

/* Whether the driver that holds the device keeps it from the wanted one: REASON_NONE,
 * REASON_DRIVER or REASON_IN_USE. */
enum reason plan_driver(const struct device *device, const char *wanted);

/* The index behind the last function of the card that entry `first` belongs to. */
unsigned int plan_card_end(const struct plan *plan, unsigned int first);

/* The sentence of its reason, with the driver or the device that it speaks of. */
void plan_add_reason(const struct plan_entry *entry, struct text *text);

#endif
