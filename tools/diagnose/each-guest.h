/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A check that is asked once for each guest that the diagnosis is about. */
#ifndef TOOLS_DIAGNOSE_EACH_GUEST_H
#define TOOLS_DIAGNOSE_EACH_GUEST_H

#include "tools/diagnose/check.h"

/* Asks a check's run_container, or its run_vm and run_domain: its rows are about the
 * guest. One row says why there is none to ask about. */
void each_guest_ask(const struct check *check, const struct context *context,
	struct findings *findings);

#endif
