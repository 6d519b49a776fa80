/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The complete output of the diagnostic plan's five commands, for the Markdown report. */
#ifndef TOOLS_DIAGNOSE_REPORT_APPENDIX_H
#define TOOLS_DIAGNOSE_REPORT_APPENDIX_H

#include <jansson.h>

#include "tools/diagnose/context.h"

/*
 * An array of five {"heading", "checks", "notes", "outputs"}: "checks" are the ids of the
 * checks (ended by "*" where only their beginning counts) that judge what is shown,
 * "notes" sentences on what the commands do not say, and "outputs" {"command", "text"}:
 * what that command prints here. If the request is for raw text it is that byte for byte,
 * json_bytes of tools/text/json.h; else names and passwords are left out.
 */
json_t *sections_describe(const struct context *context);

#endif
