/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules are those of the kernel's next_arg() and parse_args() (lib/cmdline.c,
 * kernel/params.c): white space parts words; a double quote toggles quoting anywhere in a
 * word; the first "=" that is not the word's first character parts name and value; quotes
 * around the whole word or around the value are dropped; "--" ends the kernel's part.
 */
#include <string.h>

#include "cmdline/cmdline.h"
#include "cmdline/driver.h"

/* As in the kernel's ctype table, which counts Latin-1's no-break space. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

static struct span skip(struct span span, size_t count)
{
	span.text += count;
	span.length -= count;
	return span;
}

struct cmdline cmdline_read(const char *line, size_t length)
{
	struct cmdline cmdline = {.rest = {line, length}};

	/* The newline that /proc/cmdline ends with is no part of the line. */
	if (length > 0 && line[length - 1] == '\n')
		cmdline.rest.length--;
	/*
	 * A line that fills the kernel's buffer to the last byte was most likely cut by
	 * the kernel itself.
	 */
	if (cmdline.rest.length >= CMDLINE_SIZE - 1) {
		cmdline.rest.length = CMDLINE_SIZE - 1;
		cmdline.cut = true;
	}
	return cmdline;
}

static void split(struct parameter *parameter)
{
	struct span word = parameter->word;
	bool quoted = word.text[0] == '"';
	bool closed;
	size_t equals = 0;

	if (quoted)
		word = skip(word, 1);
	closed = word.length > 0 && word.text[word.length - 1] == '"';
	for (size_t i = 1; i < word.length && equals == 0; i++)
		if (word.text[i] == '=')
			equals = i;

	parameter->name = word;
	parameter->has_value = equals > 0;
	parameter->value = (struct span){word.text + word.length, 0};
	if (equals > 0) {
		parameter->name.length = equals;
		parameter->value = skip(word, equals + 1);
		if (parameter->value.length > 0 && parameter->value.text[0] == '"') {
			parameter->value = skip(parameter->value, 1);
			quoted = true;
		}
		if (quoted && closed && parameter->value.length > 0)
			parameter->value.length--;
	} else if (quoted && closed) {
		parameter->name.length--;
	}
}

bool cmdline_next(struct cmdline *cmdline, struct parameter *parameter)
{
	struct span rest = cmdline->rest;
	bool quote = false;
	size_t length;

	while (rest.length > 0 && is_space(rest.text[0]))
		rest = skip(rest, 1);
	if (rest.length == 0 || cmdline->ended)
		return false;

	for (length = 0; length < rest.length; length++) {
		if (is_space(rest.text[length]) && !quote)
			break;
		if (rest.text[length] == '"')
			quote = !quote;
	}
	parameter->word = (struct span){rest.text, length};
	parameter->cut = cmdline->cut && length == rest.length;
	split(parameter);
	cmdline->rest = skip(rest, length);
	cmdline->ended = !parameter->has_value && span_is(parameter->name, "--");
	return !cmdline->ended;
}

bool parameter_is(const struct parameter *parameter, const char *name)
{
	return kernel_name_is(parameter->name, name);
}
