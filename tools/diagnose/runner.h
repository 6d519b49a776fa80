/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs collectors and checks in a child process, so that none can take the others along.
 */
#ifndef TOOLS_DIAGNOSE_RUNNER_H
#define TOOLS_DIAGNOSE_RUNNER_H

#include "tools/diagnose/diagnosis.h"

/*
 * Runs everything and fills `report` with what `describe` added and with "checks", an
 * array of rows. A collector or a check that crashes or takes too long is a row with
 * status unknown, and the rest goes on without it. 0 or -errno: nothing could be run.
 */
int run_checks(const struct diagnosis *run, json_t *report);

#endif
