/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints how a kernel command line (standard input) is understood, for the fixtures. */
#include <stdio.h>

#include "cmdline/flag.h"

static void print_span(const char *label, struct span span)
{
	printf("%s \"", label);
	for (size_t i = 0; i < span.length; i++)
		if (span.text[i] >= ' ' && span.text[i] <= '~')
			putchar(span.text[i]);
		else
			printf("\\x%02x", (unsigned char)span.text[i]);
	putchar('"');
}

int main(void)
{
	static const char *const state[] = {[FLAG_ABSENT] = "absent",
		[FLAG_OFF] = "off",
		[FLAG_ON] = "on",
		[FLAG_BAD] = "bad"};
	static char line[16384];
	size_t length = fread(line, 1, sizeof(line), stdin);
	struct flag flag;

	flag_find(line, length, &flag);
	puts(state[flag.state]);
	if (flag.state == FLAG_BAD) {
		print_span("bad", flag.bad);
		printf(": %s\n", flag.error);
	}
	for (unsigned int i = 0; i < flag.count; i++) {
		const struct flag_item *item = &flag.item[i];
		char buffer[SELECTOR_TEXT_MAX];
		struct text text = text_in(buffer, sizeof(buffer));

		print_span("word", item->word);
		selector_format(&item->selector, &text);
		if (item->error == NULL) {
			printf(" = %s\n", buffer);
			continue;
		}
		printf(": %s", item->error);
		print_span(", at", item->bad);
		/* What was understood all the same puts this card in doubt. */
		if (item->selector.has_place) {
			item = &(struct flag_item){
				.selector = {.has_place = true,
					.place = item->selector.place}};
			text = text_in(buffer, sizeof(buffer));
			selector_format(&item->selector, &text);
			printf(", speaks of %s", buffer);
		}
		putchar('\n');
	}
	return 0;
}
