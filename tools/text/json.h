/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every JSON output has in common. */
#ifndef TOOLS_TEXT_JSON_H
#define TOOLS_TEXT_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "tools/text/lines.h"

/* A string; what is not UTF-8 becomes "?", and NULL becomes null. */
json_t *json_text(const char *text);
/* A string that ends after `length` bytes. */
json_t *json_text_of(const char *text, size_t length);
/*
 * Any bytes as a string that json_bytes_at gives back as they were: each that is no UTF-8
 * is a character of its own, U+EF80 to U+EFFF (a private area; what is there already is
 * kept in the same way).
 */
json_t *json_bytes(const char *bytes);
/* malloc'ed. */
char *json_bytes_at(const json_t *string);
/* An array of strings. */
json_t *json_lines(const struct lines *lines);
/* The string behind a key; "" if there is none. */
const char *json_text_at(const json_t *object, const char *key);

/*
 * Prints the document, an object, on standard output with its schema_version, and lets go
 * of it. 0, or -errno if it cannot be written.
 */
int json_print(json_t *document);
/* The same into a file; lets go of nothing. */
int json_write(json_t *document, FILE *to);

#endif
