/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text put together in a fixed buffer: what snprintf would do, without stdio's 12 kB. */
#ifndef CMDLINE_TEXT_H
#define CMDLINE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of somebody else's text; not terminated. */
struct span {
	const char *text;
	size_t length;
};

/* A buffer that is always terminated; what does not fit is left out and `cut` says so. */
struct text {
	char *buffer;
	size_t size;
	size_t length;
	bool cut;
};

/* An empty text in `buffer`; size in bytes, at least 1. */
struct text text_in(char *buffer, size_t size);
void text_add(struct text *text, const char *string);
void text_add_span(struct text *text, struct span span);
/* `value` in lower-case hexadecimal with at least `width` digits. */
void text_add_hex(struct text *text, uint32_t value, unsigned int width);
void text_add_number(struct text *text, uint64_t value);

/* Whether the span is exactly this string. */
bool span_is(struct span span, const char *string);
/* The value of a hexadecimal digit, -1 if it is none. */
int hex_digit(char c);

#endif
