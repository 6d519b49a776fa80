/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between this boot, the next one and the choice. */
#ifndef TOOLS_COMMANDS_STATUS_COMPARE_H
#define TOOLS_COMMANDS_STATUS_COMPARE_H

#include "tools/commands/status-read.h"

/* Compares, and fills `difference`. */
void status_compare(struct status *status);

#endif
