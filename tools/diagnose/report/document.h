/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report is one JSON object; docs/json.md documents it. Every output is printed from
 * it: what one of them says the others say too.
 */
#ifndef TOOLS_DIAGNOSE_REPORT_DOCUMENT_H
#define TOOLS_DIAGNOSE_REPORT_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "tools/diagnose/context.h"

/* The child's part: "intents", "log", "notes" and "wrong", what is wrong with the words
 * of the request; the second adds "sections", for Markdown. */
void report_describe(const struct context *context, json_t *report);
void report_describe_whole(const struct context *context, json_t *report);

/* Counts the rows into "summary", and says in "verdict" what they come to. `strict`: a
 * warning counts as a failure. Sets "exit", an exit status of base.h, and "about". */
void report_conclude(json_t *report, const struct request *request, bool strict);

/* Makes every string fit for a terminal, tools/text/printable.h; that of the sections
 * only without --raw, which promises them unaltered. For every output but JSON, which has
 * escapes of its own. */
void report_make_printable(json_t *report);

#endif
