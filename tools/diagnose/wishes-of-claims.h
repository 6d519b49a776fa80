/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the claims say about the user's intent. */
#ifndef TOOLS_DIAGNOSE_WISHES_OF_CLAIMS_H
#define TOOLS_DIAGNOSE_WISHES_OF_CLAIMS_H

#include "tools/diagnose/context.h"

/* Adds what the claims want to context->wishes. */
void wishes_of_claims(struct context *context);

#endif
