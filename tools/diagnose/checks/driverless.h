/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A card that the host is to have, and that no driver has. */
#ifndef TOOLS_DIAGNOSE_CHECKS_DRIVERLESS_H
#define TOOLS_DIAGNOSE_CHECKS_DRIVERLESS_H

#include "tools/diagnose/check.h"

/* Makes the row that says what keeps the host's driver away, as far as it can be seen.
 * `needed`: "a driver of the host". */
void driverless_row(const struct context *context, const struct intent *intent,
	const char *needed, struct findings *findings);

#endif
