/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking through somebody else's text, line by line and word by word, without copies. */
#ifndef TOOLS_TEXT_SPAN_H
#define TOOLS_TEXT_SPAN_H

#include "cmdline/text.h"

/* For printf: "%.*s" with SPAN(span). */
#define SPAN(span) (int)(span).length, (span).text

/* A new element at the end of an array that realloc may move. */
#define ARRAY_ADD(array, count) \
	((array) = allocate_more((array), ((count) + 1) * sizeof(*(array))), \
		&(array)[(count)++])

struct span span_of(const char *string);
/* A malloc'ed copy with a NUL. */
char *span_copy(struct span span);
/* The same without the white space (Perl's \s) at both ends. */
struct span span_trim(struct span span);
struct span span_from(struct span span, size_t offset);
bool span_starts(struct span span, const char *prefix);
bool span_has(struct span span, const char *piece);
/* ASCII letters only, whatever the locale. */
bool span_is_nocase(struct span span, const char *string);
bool span_same(struct span a, struct span b);
/* Digits and nothing else, at most `most`; base 8, 10 or 16. */
bool span_number(struct span span, unsigned int base, uint64_t most, uint64_t *value);
/* PVE's booleans: 1/on/yes/true and 0/off/no/false. Returns 1, 0 or -1. */
int span_boolean(struct span span);

/* Takes the next line, without its "\n", off the front of `rest`. */
bool span_line(struct span *rest, struct span *line);
/* Takes what stands before the next `separator` (or the end) off the front. False when
 * `rest` is used up; an empty piece at the very end is not given. */
bool span_piece(struct span *rest, char separator, struct span *piece);
/* Takes the next word between blanks and tabs off the front. */
bool span_word(struct span *rest, struct span *word);

#endif
