/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A prediction as JSON. */
#ifndef TOOLS_COMMANDS_EXPLAIN_JSON_H
#define TOOLS_COMMANDS_EXPLAIN_JSON_H

#include <jansson.h>

#include "tools/selection/explain.h"

/* Objects with "word", "bad", "error". */
json_t *wrong_words_json(const struct wrong_words *wrong);
/* Objects with "address", "id", "name", "word", "action", "driver", "reason". */
json_t *explain_devices_json(
	const struct prediction *prediction, const struct devices *devices);

#endif
