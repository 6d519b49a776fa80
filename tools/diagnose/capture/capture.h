/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that a diagnosis read, as a manifest. */
#ifndef TOOLS_DIAGNOSE_CAPTURE_CAPTURE_H
#define TOOLS_DIAGNOSE_CAPTURE_CAPTURE_H

#include <jansson.h>
#include <stdio.h>

#include "tools/diagnose/context.h"

/* Starts to note each path that is read from now on, in the child that reads. */
void capture_begin(void);
/* Adds the notes to the report: "paths", "ids" of the devices, and "modules" that may
 * drive them. */
void capture_describe(const struct context *context, json_t *report);
/* Adds the notes of one report to those of another. */
void capture_join(json_t *report, const json_t *one);

/*
 * Writes the files that the report's notes speak of, with the links on the way to them.
 * `raw`: as they are; otherwise without what identifies a machine or a person, and of
 * scripts only the lines that speak of drivers.
 */
void capture_write(const json_t *report, bool raw, FILE *to);

#endif
