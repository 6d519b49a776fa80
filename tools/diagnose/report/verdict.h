/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last sentences of a report: what stands between a card and who wants it. */
#ifndef TOOLS_DIAGNOSE_REPORT_VERDICT_H
#define TOOLS_DIAGNOSE_REPORT_VERDICT_H

#include <jansson.h>
#include <stdbool.h>

/* A sentence for each card of the report's "intents" that somebody wants, from its
 * "checks". `strict`: a warning stands in the way like a failure. */
json_t *report_verdicts(const json_t *report, bool strict);

#endif
