/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of the diagnostic plan: its title, its six headings, and verdicts. */
#ifndef TOOLS_DIAGNOSE_REPORT_MARKDOWN_H
#define TOOLS_DIAGNOSE_REPORT_MARKDOWN_H

#include <jansson.h>
#include <stdio.h>

/* The report has the "sections" of appendix.h. */
void report_print_markdown(const json_t *report, FILE *to);

#endif
