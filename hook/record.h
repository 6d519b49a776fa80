/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record /run/vfio-early/boot, which survives into the running system. Text; the
 * README describes it. One line per function; a later pass (a late device) replaces only
 * the lines of the functions it changed.
 */
#ifndef HOOK_RECORD_H
#define HOOK_RECORD_H

#include "hook/apply.h"

enum { RECORD_MAX = 64 * 1024 };

/* `start` in microseconds since boot. Replaces the file; what cannot be written is not.
 */
void record_write(int root, const struct flag *flag, const struct plan *plan,
	const struct result result[SCAN_MAX], uint64_t start);

/*
 * Whether the record says of every function in the plan what this pass would find again:
 * udev repeats its events for all devices, in the initramfs and in the running system.
 * What could not be taken is not tried again, unless another device sits there now; what
 * was held is, but not in the `initramfs`.
 */
bool record_knows(int root, const struct plan *plan, bool initramfs);

/* Whether the record says that an earlier pass holds this very device. */
bool record_holds(int root, const struct plan_entry *entry);

/* The same text for a plan that is not carried out, to standard output. */
void record_print_plan(const struct flag *flag, const struct plan *plan);

/* Adds "WORD": ERROR, what the record and the log say about a wrong word. */
void record_word_error(const struct flag *flag, const struct plan *plan,
	unsigned int item, struct text *text);

#endif
