/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for node_exporter's textfile collector. */
#ifndef TOOLS_DIAGNOSE_REPORT_PROMETHEUS_H
#define TOOLS_DIAGNOSE_REPORT_PROMETHEUS_H

#include <jansson.h>
#include <stdio.h>

/* SOURCE_DATE_EPOCH in the environment is its time, as for reproducible builds. */
void report_print_prom(const json_t *report, FILE *to);

#endif
