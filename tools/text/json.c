/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/printable.h"
#include "tools/text/string.h"
#include "tools/text/json.h"

/* Raised when a key goes or changes its meaning; new keys do not count. */
enum { SCHEMA_VERSION = 1 };

json_t *json_text_of(const char *text, size_t length)
{
	json_t *string = json_stringn(text, length);
	CLEANUP_FREE char *plain = NULL;

	if (string != NULL)
		return string;
	plain = format_text("%.*s", (int)length, text);
	for (char *at = plain; *at != '\0'; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return json_string(plain);
}

json_t *json_text(const char *text)
{
	return text != NULL ? json_text_of(text, strlen(text)) : json_null();
}

/* With DEL and C1 escaped as the other control characters are: JSON is read on terminals,
 * too. */
static void write_escaped(const char *text, FILE *to)
{
	for (; *text != '\0'; text++) {
		const unsigned char *at = (const unsigned char *)text;

		if (at[0] == 0x7f)
			fputs("\\u007f", to);
		else if (at[0] == 0xc2 && at[1] < 0xa0)
			fprintf(to, "\\u%04x", (unsigned char)*++text);
		else
			fputc(*text, to);
	}
}

int json_write(json_t *document, FILE *to)
{
	CLEANUP_FREE char *text = NULL;

	json_object_set_new(document, "schema_version", json_integer(SCHEMA_VERSION));
	text = json_dumps(document, JSON_SORT_KEYS | JSON_INDENT(2));
	if (text == NULL)
		return -EIO;
	write_escaped(text, to);
	fputc('\n', to);
	return fflush(to) != 0 || ferror(to) ? -EIO : 0;
}

int json_print(json_t *document)
{
	int error = json_write(document, stdout);

	json_decref(document);
	return error;
}

/* Three bytes that begin so are U+EF80 to U+EFFF: 0xee 0xbe or 0xbf, and the low bits. */
static bool is_private(const char *at)
{
	return (unsigned char)at[0] == 0xee && ((unsigned char)at[1] & 0xfe) == 0xbe &&
	       ((unsigned char)at[2] & 0xc0) == 0x80;
}

json_t *json_bytes(const char *bytes)
{
	CLEANUP_FREE char *text = allocate_more(NULL, 3 * strlen(bytes) + 1);
	size_t used = 0;

	while (*bytes != '\0') {
		size_t length = utf8_length(bytes);

		if (length > 0 && !is_private(bytes)) {
			memcpy(text + used, bytes, length);
			used += length;
			bytes += length;
			continue;
		}
		text[used++] = (char)0xee;
		text[used++] = (char)(0xbc | (unsigned char)*bytes >> 6);
		text[used++] = (char)(0x80 | (*bytes & 0x3f));
		bytes++;
	}
	text[used] = '\0';
	return json_string(text);
}

char *json_bytes_at(const json_t *string)
{
	const char *text = json_is_string(string) ? json_string_value(string) : "";
	char *bytes = allocate_more(NULL, strlen(text) + 1);
	size_t used = 0;

	while (*text != '\0')
		if (is_private(text)) {
			bytes[used++] = (char)((text[1] & 3) << 6 | (text[2] & 0x3f));
			text += 3;
		} else {
			bytes[used++] = *text++;
		}
	bytes[used] = '\0';
	return bytes;
}

json_t *json_lines(const struct lines *lines)
{
	json_t *array = json_array();

	for (size_t i = 0; i < lines->count; i++)
		json_array_append_new(array, json_text(lines->line[i]));
	return array;
}

const char *json_text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}
