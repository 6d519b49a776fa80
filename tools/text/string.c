/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"

static void out_of_memory(void)
{
	fputs("vfio-early: out of memory\n", stderr);
	exit(STATUS_USAGE);
}

char *format_list(const char *format, va_list list)
{
	char *text;

	if (vasprintf(&text, format, list) < 0)
		out_of_memory();
	return text;
}

char *format_text(const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	text = format_list(format, list);
	va_end(list);
	return text;
}

void *allocate_more(void *old, size_t size)
{
	void *new = realloc(old, size);

	if (new == NULL)
		out_of_memory();
	return new;
}

char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		out_of_memory();
	return copy;
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

void add_sentence(char **text, const char *sentence)
{
	char *both = *text != NULL ? format_text("%s; %s", *text, sentence)
				   : copy_text(sentence);

	free(*text);
	*text = both;
}

void free_pointer(void *pointer)
{
	free(*(void **)pointer);
}

void print_message(const char *format, ...)
{
	va_list list;

	fputs("vfio-early: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}
