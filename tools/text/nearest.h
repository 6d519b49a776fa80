/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody meant who mistyped a word. */
#ifndef TOOLS_TEXT_NEAREST_H
#define TOOLS_TEXT_NEAREST_H

/* How many letters were left out, put in, replaced, or swapped with their neighbour (the
 * optimal string alignment distance). Words longer than 31 letters are far from all. */
unsigned int word_distance(const char *typed, const char *word);

#endif
