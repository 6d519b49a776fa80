/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the early program would do on this machine: its own planner, run here and now. */
#ifndef TOOLS_SELECTION_PREDICT_H
#define TOOLS_SELECTION_PREDICT_H

#include "hook/plan.h"

struct prediction {
	struct flag flag;
	struct scan scan;
	struct plan plan;
};

/*
 * Runs scan and planner for the flag that a kernel command line carries; its spans point
 * into `line`, which must stay. `next_boot`: as it will be then, when no host driver
 * holds anything yet. The result is malloc'ed, for free(). NULL and a sentence if the
 * root directory cannot be opened.
 */
struct prediction *predict_boot(const char *line, bool next_boot, char **why);

/* The plan for this function; NULL if the flag does not speak of it. */
const struct plan_entry *prediction_of(
	const struct prediction *prediction, const struct pci_address *address);

/* Whether the flag means this function: an ID never means the boot display. */
bool prediction_selects(
	const struct prediction *prediction, const struct pci_address *address);

#endif
