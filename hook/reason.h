/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a function stays with the host. */
#ifndef HOOK_REASON_H
#define HOOK_REASON_H

#include "hook/device.h"

enum reason {
	REASON_NONE,
	REASON_WRONG_ID,  /* the function at the place has another ID */
	REASON_BAD_WORD,  /* a word that speaks of this card cannot be read */
	REASON_LOST_WORD, /* a word cannot be read, and may have meant any card */
	REASON_BRIDGE,
	REASON_DEAD, /* its configuration space reads ff */
	REASON_NO_GROUP,
	REASON_PARENT,	     /* virtual functions or mediated devices hang on it */
	REASON_BOOT_DISPLAY, /* named by ID only */
	REASON_LAST_DISPLAY, /* named by ID only */
	REASON_STORAGE,	     /* named by ID only */
	REASON_DRIVER,	     /* a driver that is not known to let go holds it */
	REASON_IN_USE,
	REASON_TWO_DRIVERS, /* two words want different drivers */
	REASON_GROUP,	    /* something else in its IOMMU group stays with the host */
	REASON_SIBLING,	    /* another function of the card has one of the above */
	REASON_OVERFLOW,    /* the scan was not complete */
};

enum { REASON_MAX = 160 }; /* the longest sentence, with its NUL */

/* A short sentence without a full stop, for the log and for people; of REASON_DRIVER and
 * REASON_IN_USE only the part that is always the same. */
const char *reason_text(enum reason reason);

/* The same with what it speaks of: the device's driver, its use, or the `culprit` (NULL
 * if there is none). */
void reason_add(enum reason reason, const struct device *device,
	const struct device *culprit, struct text *text);

#endif
