/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_DIAGNOSE_CHECKS_EARLY_H
#define TOOLS_DIAGNOSE_CHECKS_EARLY_H

#include "tools/diagnose/check.h"
#include "tools/diagnose/context.h"

/* Without a chosen card checks of vfio-early itself have nothing to say: says so, true.
 */
bool early_passes_over(const struct context *context, struct findings *findings);

#endif
