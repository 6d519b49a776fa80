/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One diagnosis: what is asked, by whom it is read, and how long each step may take. */
#ifndef TOOLS_DIAGNOSE_DIAGNOSIS_H
#define TOOLS_DIAGNOSE_DIAGNOSIS_H

#include <jansson.h>

#include "tools/diagnose/check.h"
#include "tools/diagnose/collect.h"
#include "tools/diagnose/context.h"

struct diagnosis {
	struct request request;
	const struct check *const *check; /* in the order of the report */
	size_t checks;
	const struct collector *collector; /* ended by one without a name */
	double seconds;			   /* for each step; a check may have its own */
	/* Called in each child before anything is read. May be NULL. */
	void (*begin)(void);
	/* What the child adds to the report once everything is collected: keys of the
	 * object that it is given. May be NULL. */
	void (*describe)(const struct context *context, json_t *report);
	/* The same, after the last check. */
	void (*conclude)(const struct context *context, json_t *report);
};

#endif
