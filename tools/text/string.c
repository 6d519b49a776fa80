/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/printable.h"
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

void text_append(char **text, const char *format, ...)
{
	CLEANUP_FREE char *front = *text, *end = NULL;
	va_list list;

	va_start(list, format);
	end = format_list(format, list);
	va_end(list);
	*text = format_text("%s%s", front != NULL ? front : "", end);
}

void add_sentence(char **text, const char *sentence)
{
	text_append(text, "%s%s", *text != NULL ? "; " : "", sentence);
}

bool text_begins(const char *text, const char *front)
{
	return strncmp(text, front, strlen(front)) == 0;
}

bool text_ends(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

void free_pointer(void *pointer)
{
	free(*(void **)pointer);
}

static void print_list(FILE *to, const char *format, va_list list) PRINTF(2, 0);

static void print_list(FILE *to, const char *format, va_list list)
{
	CLEANUP_FREE char *text = format_list(format, list);
	CLEANUP_FREE char *plain = printable_text(text, "\n\t");

	if (plain == NULL)
		out_of_memory();
	fputs(plain, to);
}

void print_message(const char *format, ...)
{
	va_list list;

	fputs("vfio-early: ", stderr);
	va_start(list, format);
	print_list(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}

void print_plain(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	print_list(stdout, format, list);
	va_end(list);
}

char *line_path(const char *path, unsigned int line)
{
	return format_text("%s:%u", path, line);
}
