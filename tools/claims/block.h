/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims that keep the host's driver away from a card. */
#ifndef TOOLS_CLAIMS_BLOCK_H
#define TOOLS_CLAIMS_BLOCK_H

#include "tools/claims/claim.h"

/*
 * The host's driver that the claim keeps from this graphics function, "i915"; NULL: none.
 * A blacklist keeps no driver away that is loaded all the same: it only stops modules
 * that ask for themselves.
 */
const char *claim_blocked_driver(
	const struct claim *claim, const struct pci_device *device);

#endif
