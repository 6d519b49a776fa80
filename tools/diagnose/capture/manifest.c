/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/diagnose/capture/manifest.h"

struct manifest manifest_read(struct span text)
{
	return (struct manifest){.rest = text, .next = 1};
}

/* Takes the next line, without its newline, off the front. */
static bool take_line(struct manifest *manifest, struct span *line)
{
	struct span *rest = &manifest->rest;
	const char *end;

	if (rest->length == 0)
		return false;
	end = memchr(rest->text, '\n', rest->length);
	line->text = rest->text;
	line->length = end != NULL ? (size_t)(end - rest->text) : rest->length;
	rest->text += line->length + (end != NULL);
	rest->length -= line->length + (end != NULL);
	manifest->next++;
	return true;
}

static const char *fault_of_path(struct span path)
{
	size_t front = 1;

	if (path.length < 2 || path.text[0] != '/')
		return "the path does not begin with a slash";
	if (path.length > 1024)
		return "the path is too long";
	for (size_t i = 0; i < path.length; i++)
		if ((unsigned char)path.text[i] < 0x20)
			return "the path has a control character";
	for (size_t i = 1; i <= path.length; i++) {
		struct span piece = {path.text + front, i - front};

		if (i < path.length && path.text[i] != '/')
			continue;
		if (piece.length == 0 || span_is(piece, ".") || span_is(piece, ".."))
			return "the path has an empty piece, \".\" or \"..\"";
		front = i + 1;
	}
	return NULL;
}

/* Adds a line of content; NULL, or what is wrong with it. */
static const char *add_content(struct manifest_entry *entry, struct span text)
{
	size_t used = entry->length;

	entry->content = allocate_more(entry->content, used + text.length + 2);
	for (size_t i = 0; i < text.length; i++) {
		char c = text.text[i];

		if (c == '\\') {
			char next = i + 1 < text.length ? text.text[i + 1] : '\0';
			int high = i + 2 < text.length ? hex_digit(text.text[i + 2]) : -1;
			int low = i + 3 < text.length ? hex_digit(text.text[i + 3]) : -1;

			if (next == 'x' && high >= 0 && low >= 0) {
				c = (char)(high << 4 | low);
				i += 2;
			} else if (next == 'n' || next == 't' || next == '\\') {
				c = next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
			} else {
				return "a \"\\\" is followed by none of n, t, \\ and xNN";
			}
			i++;
		}
		entry->content[used++] = c;
	}
	if (entry->type == 'f')
		entry->content[used++] = '\n';
	entry->content[used] = '\0';
	entry->length = used;
	return NULL;
}

/* The first line of an entry. */
static const char *begin(struct manifest_entry *entry, struct span line)
{
	const char *tab = memchr(line.text, '\t', line.length);
	struct span path = {line.text, tab != NULL ? (size_t)(tab - line.text) : 0};
	size_t front = path.length + 3;
	const char *fault;

	if (tab == NULL || line.length < path.length + 2 ||
		(line.length > path.length + 2 && tab[2] != '\t'))
		return "a line is PATH, tab, TYPE, tab, CONTENT";
	fault = fault_of_path(path);
	if (fault != NULL)
		return fault;
	if (strchr("fbldnx", tab[1]) == NULL || tab[1] == '\0')
		return "the type is none of f, b, l, d, n and x";
	entry->path = format_text("%.*s", (int)path.length, path.text);
	entry->type = tab[1];
	/* "PATH TAB f" alone is an empty file, with a tab behind it an empty line */
	if (line.length < front) {
		entry->content = copy_text("");
		return NULL;
	}
	return add_content(entry, (struct span){line.text + front, line.length - front});
}

int manifest_next(
	struct manifest *manifest, struct manifest_entry *entry, const char **why)
{
	struct span line;

	*entry = (struct manifest_entry){0};
	*why = NULL;
	do {
		manifest->line = manifest->next;
		if (!take_line(manifest, &line))
			return 0;
	} while (line.length == 0 || line.text[0] == '#');
	if (line.text[0] == '\t')
		*why = "a further line of content has no file above it";
	else
		*why = begin(entry, line);
	while (*why == NULL && manifest->rest.length > 0 &&
		manifest->rest.text[0] == '\t') {
		manifest->line = manifest->next;
		take_line(manifest, &line);
		if (entry->type == 'f' || entry->type == 'b')
			*why = add_content(
				entry, (struct span){line.text + 1, line.length - 1});
		else
			*why = "only a file has further lines";
	}
	if (*why == NULL)
		return 1;
	manifest_entry_free(entry);
	return -1;
}

void manifest_entry_free(struct manifest_entry *entry)
{
	free(entry->path);
	free(entry->content);
	*entry = (struct manifest_entry){0};
}

static void write_content(FILE *to, const char *content, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)content[i];

		if (c == '\\')
			fputs("\\\\", to);
		else if (c == '\n')
			fputs("\\n", to);
		else if (c == '\t')
			fputs("\\t", to);
		else if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\x%02x", c);
		else
			fputc(c, to);
	}
}

void manifest_write(
	FILE *to, const char *path, char type, const char *content, size_t length)
{
	/* text without a newline at its end is not what "f" gives back */
	if (type == 'f' && (length == 0 || content[length - 1] != '\n' ||
				   memchr(content, '\0', length) != NULL))
		type = length == 0 ? 'f' : 'b';
	fprintf(to, "%s\t%c", path, type);
	if (length == 0) {
		fputc('\n', to);
		return;
	}
	fputc('\t', to);
	while (type == 'f' && length > 0) {
		const char *end = memchr(content, '\n', length);
		size_t size = (size_t)(end - content);

		write_content(to, content, size);
		content += size + 1;
		length -= size + 1;
		fputs(length > 0 ? "\n\t" : "\n", to);
	}
	if (type != 'f') {
		write_content(to, content, length);
		fputc('\n', to);
	}
}

bool manifest_link_is_plain(const char *target)
{
	while (text_begins(target, "../"))
		target += 3;
	return strcmp(target, "..") != 0 && strstr(target, "/../") == NULL &&
	       !text_ends(target, "/..");
}
