/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries a plan out, card by card, and believes only what sysfs says afterwards. */
#ifndef HOOK_APPLY_H
#define HOOK_APPLY_H

#include "hook/outcome.h"
#include "hook/plan.h"

struct result {
	enum outcome outcome;
	const char *problem;  /* what failed; NULL if another function of the card did */
	char why[REASON_MAX]; /* room for a problem that is not always the same */
	int error;	      /* errno of it, 0 if there is none */
	uint64_t start;	      /* microseconds since boot */
	uint64_t end;
	char before[DRIVER_NAME_MAX];
	char after[DRIVER_NAME_MAX];
};

/*
 * Fills result[i] for each plan->entry[i]. `root` as in sysfs.h. With `hold`, a card
 * whose VFIO driver is missing here is held for a later pass: an initramfs may lack the
 * module that the system behind it has. With `turn`, the lock that keeps passes apart, a
 * device is waited for until the kernel binds drivers to it, and other passes may work in
 * the meantime; -1 waits for none.
 */
void apply_plan(int root, const struct plan *plan, bool hold, int turn,
	struct result result[SCAN_MAX]);

/* Gives back what an earlier pass held and this one leaves to the host. */
void release_held(int root, const struct plan_entry *entry);

/* Microseconds since boot, suspended time included. */
uint64_t time_since_boot(void);

#endif
