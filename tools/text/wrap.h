/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences in the columns of a terminal. */
#ifndef TOOLS_TEXT_WRAP_H
#define TOOLS_TEXT_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* How many columns the text takes: a character of UTF-8 is one. */
size_t text_columns(const char *text);

/*
 * Prints the text and a newline, broken at blanks so that no line is wider than `width`;
 * 0: not broken. It begins in `column`, and its further lines are indented as far as
 * `indent`. A word that is too long stays whole, and so does what stands in quotes or
 * backquotes: it may be something to type.
 */
void print_wrapped(
	FILE *to, const char *text, size_t column, size_t indent, size_t width);

/* The text with "..." for its middle where it has more than `columns`; malloc'ed. Its
 * beginning and its end say more than what is between. */
char *cut_middle(const char *text, size_t columns);

#endif
