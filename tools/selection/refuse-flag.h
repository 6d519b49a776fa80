/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `enable` would say of the cards that a flag names. */
#ifndef TOOLS_SELECTION_REFUSE_FLAG_H
#define TOOLS_SELECTION_REFUSE_FLAG_H

#include "cmdline/flag.h"
#include "tools/pci/devices.h"
#include "tools/text/lines.h"

/*
 * Adds to `reasons` why `enable` without --force refuses these cards, and to `warnings`
 * what it warns of. Words that fit nothing here are passed over.
 */
void refuse_flag(const struct devices *devices, const struct flag *flag,
	struct lines *reasons, struct lines *warnings);

#endif
