/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/string.h"
#include "tools/text/span.h"

struct span span_of(const char *string)
{
	return (struct span){string, strlen(string)};
}

char *span_copy(struct span span)
{
	char *copy = allocate_more(NULL, span.length + 1);

	if (span.length > 0)
		memcpy(copy, span.text, span.length);
	copy[span.length] = '\0';
	return copy;
}

static bool is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span span)
{
	while (span.length > 0 && is_white(span.text[0])) {
		span.text++;
		span.length--;
	}
	while (span.length > 0 && is_white(span.text[span.length - 1]))
		span.length--;
	return span;
}

struct span span_from(struct span span, size_t offset)
{
	if (offset > span.length)
		offset = span.length;
	return (struct span){span.text + offset, span.length - offset};
}

bool span_starts(struct span span, const char *prefix)
{
	size_t length = strlen(prefix);

	return span.length >= length && memcmp(span.text, prefix, length) == 0;
}

bool span_has(struct span span, const char *piece)
{
	return span.length > 0 &&
	       memmem(span.text, span.length, piece, strlen(piece)) != NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool span_is_nocase(struct span span, const char *string)
{
	if (span.length != strlen(string))
		return false;
	for (size_t i = 0; i < span.length; i++)
		if (lower(span.text[i]) != lower(string[i]))
			return false;
	return true;
}

bool span_same(struct span a, struct span b)
{
	return a.length == b.length &&
	       (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

bool span_number(struct span span, unsigned int base, uint64_t most, uint64_t *value)
{
	uint64_t number = 0;

	if (span.length == 0)
		return false;
	for (size_t i = 0; i < span.length; i++) {
		int digit = hex_digit(span.text[i]);

		if (digit < 0 || (unsigned int)digit >= base)
			return false;
		if (number > (most - (uint64_t)digit) / base || (uint64_t)digit > most)
			return false;
		number = number * base + (uint64_t)digit;
	}
	*value = number;
	return true;
}

int span_boolean(struct span span)
{
	static const char *const yes[] = {"1", "on", "yes", "true"};
	static const char *const no[] = {"0", "off", "no", "false"};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (span_is_nocase(span, yes[i]))
			return 1;
		if (span_is_nocase(span, no[i]))
			return 0;
	}
	return -1;
}

bool span_piece(struct span *rest, char separator, struct span *piece)
{
	const char *end;

	if (rest->length == 0)
		return false;
	end = memchr(rest->text, separator, rest->length);
	piece->text = rest->text;
	if (end == NULL) {
		piece->length = rest->length;
		*rest = span_from(*rest, rest->length);
	} else {
		piece->length = (size_t)(end - rest->text);
		*rest = span_from(*rest, piece->length + 1);
	}
	return true;
}

bool span_line(struct span *rest, struct span *line)
{
	return span_piece(rest, '\n', line);
}

bool span_word(struct span *rest, struct span *word)
{
	*rest = span_trim(*rest);
	if (rest->length == 0)
		return false;
	word->text = rest->text;
	word->length = 0;
	while (word->length < rest->length && !is_white(word->text[word->length]))
		word->length++;
	*rest = span_from(*rest, word->length);
	return true;
}
