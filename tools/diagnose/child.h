/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_DIAGNOSE_CHILD_H
#define TOOLS_DIAGNOSE_CHILD_H

#include "tools/diagnose/diagnosis.h"

enum { COLLECTORS_MAX = 16 };

/* Where the child starts, and what to leave out: what a child before it died of. */
struct child_work {
	const struct diagnosis *run;
	/* NULL, or why this collector is left out */
	char *collector_why[COLLECTORS_MAX];
	bool collector_lost[COLLECTORS_MAX]; /* what it does instead failed, too */
	bool described, concluded;
	size_t check; /* the first check to ask */
	size_t time;  /* the first device to ask it for */
};

/*
 * Does everything and writes one JSON object a line to `to`: {"collector": N},
 * {"describing": true}, {"concluding": true} or {"check": N, "time": N, "device":
 * ADDRESS} ahead of each step,
 * {"report": {...}} and {"row": {...}} as they are found, {"done": true} at the end.
 */
void child_work(const struct child_work *work, FILE *to);

#endif
