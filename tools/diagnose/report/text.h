/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for people: what each card is for, what is not well, and what to do. */
#ifndef TOOLS_DIAGNOSE_REPORT_TEXT_H
#define TOOLS_DIAGNOSE_REPORT_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct text_style {
	bool colour;
	bool all;     /* rows that pass, inform or do not apply, too; whole evidence */
	bool verbose; /* evidence for them as well */
	size_t width; /* in columns; 0: nothing is cut or broken */
};

void report_print_text(const json_t *report, FILE *to, const struct text_style *style);

#endif
