/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/string.h"
#include "tools/text/wrap.h"

static size_t columns_of(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

size_t text_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

/* The bytes of the first word; one that begins with a quote goes on to the quote's end.
 */
static size_t word_length(const char *text)
{
	size_t quote = strspn(text, "(");

	if (text[quote] != '\0' && strchr("'\"`", text[quote]) != NULL) {
		const char *end = strchr(text + quote + 1, text[quote]);

		if (end != NULL)
			return (size_t)(end - text) + strcspn(end, " ");
	}
	return strcspn(text, " ");
}

void print_wrapped(FILE *to, const char *text, size_t column, size_t indent, size_t width)
{
	bool first = true; /* of its line: it stands there, however long it is */

	while (*text != '\0') {
		size_t blanks = strspn(text, " ");
		size_t length = word_length(text + blanks);
		size_t columns = columns_of(text + blanks, length);

		if (!first && width > 0 && column + blanks + columns > width) {
			fprintf(to, "\n%*s", (int)indent, "");
			column = indent;
			blanks = 0;
			text += strspn(text, " ");
		}
		fprintf(to, "%.*s", (int)(blanks + length), text);
		text += blanks + length;
		column += blanks + columns;
		first = false;
	}
	fputc('\n', to);
}

/* The byte at which this column begins. */
static size_t byte_of(const char *text, size_t column)
{
	size_t at = 0;

	while (text[at] != '\0' && columns_of(text, at + 1) <= column)
		at++;
	return at;
}

char *cut_middle(const char *text, size_t columns)
{
	static const char gap[] = "...";
	size_t all = text_columns(text), room, front;

	if (all <= columns || columns <= strlen(gap))
		return copy_text(text);
	room = columns - strlen(gap);
	front = (room + 1) / 2;
	return format_text("%.*s%s%s", (int)byte_of(text, front), text, gap,
		text + byte_of(text, all - (room - front)));
}
