/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What known kernel messages mean. They support a verdict; none is one. */
#ifndef TOOLS_DIAGNOSE_CHECKS_SIGNATURES_H
#define TOOLS_DIAGNOSE_CHECKS_SIGNATURES_H

#include "tools/diagnose/check.h"

enum { SIGNATURE_TEXTS = 6 };

struct signature {
	const char *id; /* "S01" */
	/* The message, with "%" for what differs, in each of its spellings: any of them.
	 */
	struct {
		const char *text;
		/* The first and the last kernel that is known to say it so; NULL: no
		 * change is known. */
		const char *since, *until;
	} said[SIGNATURE_TEXTS];
	/* How bad it is where the card is for a VM, and where it is for the host. */
	enum check_status vm, host;
	const char *cause;
	const char *fix;
	const char *check; /* whose verdict it supports; NULL: nobody's */
};

/* By id. */
extern const struct signature signatures[];
extern const size_t signature_count;

#endif
