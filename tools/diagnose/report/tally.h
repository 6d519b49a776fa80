/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many rows there are of each status. */
#ifndef TOOLS_DIAGNOSE_REPORT_TALLY_H
#define TOOLS_DIAGNOSE_REPORT_TALLY_H

#include <jansson.h>

/* "29 pass, 0 info; ignored: A, B" for the statuses in `order`, which a NULL ends, and
 * the checks that were left out. malloc'ed. */
char *report_tally(const json_t *report, const char *const *order);

#endif
