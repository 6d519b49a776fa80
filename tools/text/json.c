/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

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

int json_write(json_t *document, FILE *to)
{
	json_object_set_new(document, "schema_version", json_integer(SCHEMA_VERSION));
	if (json_dumpf(document, to, JSON_SORT_KEYS | JSON_INDENT(2)) != 0)
		return -EIO;
	fputc('\n', to);
	return fflush(to) != 0 || ferror(to) ? -EIO : 0;
}

int json_print(json_t *document)
{
	int error = json_write(document, stdout);

	json_decref(document);
	return error;
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
