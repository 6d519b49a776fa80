/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/text.h"

struct text text_in(char *buffer, size_t size)
{
	struct text text = {.buffer = buffer, .size = size};

	buffer[0] = '\0';
	return text;
}

void text_add_span(struct text *text, struct span span)
{
	size_t room = text->size - 1 - text->length;

	if (span.length > room) {
		span.length = room;
		text->cut = true;
	}
	if (span.length > 0)
		memcpy(text->buffer + text->length, span.text, span.length);
	text->length += span.length;
	text->buffer[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_span(text, (struct span){string, strlen(string)});
}

void text_add_hex(struct text *text, uint32_t value, unsigned int width)
{
	char digits[8];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value & 0xf];
		value >>= 4;
	} while (at > 0 && (value != 0 || sizeof(digits) - at < width));
	text_add_span(text, (struct span){digits + at, sizeof(digits) - at});
}

void text_add_number(struct text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	text_add_span(text, (struct span){digits + at, sizeof(digits) - at});
}

bool span_is(struct span span, const char *string)
{
	return span.length == strlen(string) &&
	       memcmp(span.text, string, span.length) == 0;
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}
