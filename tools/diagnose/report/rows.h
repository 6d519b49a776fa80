/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks came to, for people: a row each, with its evidence and its remedy. */
#ifndef TOOLS_DIAGNOSE_REPORT_ROWS_H
#define TOOLS_DIAGNOSE_REPORT_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct text_style {
	bool colour;
	bool all;     /* rows that pass, inform or do not apply, too; whole evidence */
	bool verbose; /* evidence for them as well */
	size_t width; /* in columns; 0: nothing is cut or broken */
};

/* The report's "checks", below a blank line if any of them is shown: the worst first, or
 * all in the catalogue's order. */
void report_print_rows(const json_t *rows, FILE *to, const struct text_style *style);

#endif
