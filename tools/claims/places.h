/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What on this machine claims a device, or stands in the way of a driver. */
#ifndef TOOLS_CLAIMS_PLACES_H
#define TOOLS_CLAIMS_PLACES_H

#include "tools/claims/claim.h"

/* Looks into every place below --root where a claim may be and adds what it finds. What
 * cannot be read claims nothing. */
void claims_read(struct claims *claims);

#endif
