/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/printable.h"

size_t utf8_length(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length = at[0] < 0x80   ? 1
			: at[0] < 0xc2 ? 0
			: at[0] < 0xe0 ? 2
			: at[0] < 0xf0 ? 3
			: at[0] < 0xf5 ? 4
				       : 0;

	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* written longer than needed, surrogates, beyond the last character */
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
		(at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return length;
}

static bool is_control(const unsigned char *at)
{
	return at[0] < 0x20 || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0);
}

char *printable_text(const char *text, const char *keep)
{
	char *plain = malloc(4 * strlen(text) + 1);
	size_t used = 0;

	if (plain == NULL)
		return NULL;
	while (*text != '\0') {
		const unsigned char *at = (const unsigned char *)text;
		size_t length = utf8_length(text);
		bool shown =
			length > 0 && (!is_control(at) || strchr(keep, *text) != NULL);

		if (length == 0)
			length = 1;
		for (size_t i = 0; i < length; i++)
			if (shown)
				plain[used++] = text[i];
			else
				used += (size_t)sprintf(plain + used, "\\x%02x", at[i]);
		text += length;
	}
	plain[used] = '\0';
	return plain;
}
