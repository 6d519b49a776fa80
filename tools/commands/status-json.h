/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status for programs. */
#ifndef TOOLS_COMMANDS_STATUS_JSON_H
#define TOOLS_COMMANDS_STATUS_JSON_H

#include <jansson.h>

#include "tools/commands/status-read.h"

json_t *status_json(const struct status *status);

#endif
