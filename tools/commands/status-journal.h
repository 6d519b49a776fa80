/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_COMMANDS_STATUS_JOURNAL_H
#define TOOLS_COMMANDS_STATUS_JOURNAL_H

#include "tools/commands/status-read.h"

/* Adds a difference for each command that has not ended: cut off, or at work right now.
 */
void status_compare_journal(struct status *status);

#endif
