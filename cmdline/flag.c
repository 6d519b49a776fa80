/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/cmdline.h"
#include "cmdline/flag.h"

/* The characters that GRUB, the shell and a BLS file all leave alone. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr(":.,_@/=-", c) != NULL);
}

static void reject(struct flag *flag, const char *error, struct span bad)
{
	flag->state = FLAG_BAD;
	flag->error = error;
	flag->bad = bad;
	flag->count = 0;
}

static bool is_off(struct span value)
{
	return value.length == 0 || span_is(value, "off") || span_is(value, "0") ||
	       span_is(value, "no");
}

void flag_parse(struct span value, struct flag *flag)
{
	memset(flag, 0, sizeof(*flag));
	flag->value = value;
	if (is_off(value)) {
		flag->state = FLAG_OFF;
		return;
	}
	for (size_t i = 0; i < value.length; i++)
		if (!is_plain(value.text[i])) {
			reject(flag, "character not allowed in the flag",
				(struct span){value.text + i, 1});
			return;
		}

	flag->state = FLAG_ON;
	for (;;) {
		const char *comma = memchr(value.text, ',', value.length);
		struct span word = value;
		struct flag_item *item = &flag->item[flag->count];

		if (comma != NULL)
			word.length = (size_t)(comma - value.text);
		if (flag->count == FLAG_SELECTORS_MAX) {
			reject(flag, "more than 32 selectors", value);
			return;
		}
		/* Typed behind a selection, it asks for nothing to be bound. */
		if (word.length > 0 && is_off(word)) {
			reject(flag, "\"off\" stands alone, not in a list", word);
			return;
		}
		flag->count++;
		item->word = word;
		item->error = selector_parse(word, &item->selector, &item->bad);
		if (comma == NULL)
			return;
		value.length -= word.length + 1;
		value.text = comma + 1;
	}
}

void flag_find(const char *line, size_t length, struct flag *flag)
{
	struct cmdline cmdline = cmdline_read(line, length);
	struct parameter parameter, last = {0};
	bool found = false;

	while (cmdline_next(&cmdline, &parameter))
		if (parameter_is(&parameter, FLAG_NAME)) {
			last = parameter;
			found = true;
		}
	if (!found) {
		memset(flag, 0, sizeof(*flag));
		return;
	}
	flag_parse(last.value, flag);
	if (last.cut && flag->state != FLAG_OFF)
		reject(flag, "the command line is too long and was cut here", last.value);
}
