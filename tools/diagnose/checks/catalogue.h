/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All checks, in the order of the report. */
#ifndef TOOLS_DIAGNOSE_CHECKS_CATALOGUE_H
#define TOOLS_DIAGNOSE_CHECKS_CATALOGUE_H

#include "tools/diagnose/check.h"

/* The check at this place of the catalogue; NULL behind the last. */
const struct check *check_at(size_t index);

#endif
