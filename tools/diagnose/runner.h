/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs collectors and checks in a child process, so that none can take the others along.
 */
#ifndef TOOLS_DIAGNOSE_RUNNER_H
#define TOOLS_DIAGNOSE_RUNNER_H

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

/*
 * Runs everything and fills `report` with what `describe` added and with "checks", an
 * array of rows. A collector or a check that crashes or takes too long is a row with
 * status unknown, and the rest goes on without it. 0 or -errno: nothing could be run.
 */
int run_checks(const struct diagnosis *run, json_t *report);

#endif
