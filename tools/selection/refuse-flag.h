/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `enable` would say of the cards that a flag names. */
#ifndef TOOLS_SELECTION_REFUSE_FLAG_H
#define TOOLS_SELECTION_REFUSE_FLAG_H

#include "tools/pci/devices.h"
#include "tools/selection/predict.h"
#include "tools/text/lines.h"

/*
 * Adds to `reasons` why `enable` without --force refuses the functions that the flag
 * means, no more and no fewer, and to `warnings` what it warns of. Words that fit nothing
 * here are passed over.
 */
void refuse_flag(const struct devices *devices, const struct prediction *prediction,
	struct lines *reasons, struct lines *warnings);

#endif
