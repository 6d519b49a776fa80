/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The complete output of the diagnostic plan's five commands, for the Markdown report. */
#ifndef TOOLS_DIAGNOSE_REPORT_APPENDIX_H
#define TOOLS_DIAGNOSE_REPORT_APPENDIX_H

#include <jansson.h>

#include "tools/diagnose/context.h"

/*
 * An array of five {"heading", "checks", "text"}: the text, and the ids of the checks
 * (ended by "*" where only their beginning counts) that judge what it shows.
 */
json_t *sections_describe(const struct context *context);

#endif
