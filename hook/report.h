/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HOOK_REPORT_H
#define HOOK_REPORT_H

#include "hook/apply.h"

/* The kernel log's lines: one for each wrong word, one for each card. */
void report_boot(int root, const struct flag *flag, const struct plan *plan,
	const struct result result[SCAN_MAX]);

#endif
