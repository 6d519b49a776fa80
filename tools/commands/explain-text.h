/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A prediction as lines for people. */
#ifndef TOOLS_COMMANDS_EXPLAIN_TEXT_H
#define TOOLS_COMMANDS_EXPLAIN_TEXT_H

#include "tools/selection/explain.h"
#include "tools/text/lines.h"

/* Adds the word, a line of carets under the bad piece, and the sentence. */
void wrong_word_echo(const struct wrong_word *word, struct lines *lines);
/* Two lines for each function that the flag speaks of. */
void explain_devices(const struct prediction *prediction, const struct devices *devices,
	struct lines *lines);

#endif
