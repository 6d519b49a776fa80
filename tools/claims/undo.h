/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a claim is taken back. */
#ifndef TOOLS_CLAIMS_UNDO_H
#define TOOLS_CLAIMS_UNDO_H

#include "tools/claims/claim.h"

/* The command that takes the claim back; malloc'ed. NULL: that needs a person. */
char *claim_undo(const struct claim *claim);
/* Sets what has to be made anew after it; leaves the other as it is. */
void claim_apply_undo(const struct claim *claim, bool *image, bool *loader);

#endif
