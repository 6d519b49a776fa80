/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for people: what each card is for, what is not well, and what to do. */
#ifndef TOOLS_DIAGNOSE_REPORT_TEXT_H
#define TOOLS_DIAGNOSE_REPORT_TEXT_H

#include "tools/diagnose/report/rows.h"

void report_print_text(const json_t *report, FILE *to, const struct text_style *style);

#endif
