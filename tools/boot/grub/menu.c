/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/flag.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/text/lines.h"
#include "tools/boot/grub/menu.h"
#include "tools/boot/grub/script.h"
#include "tools/images/universal.h"

static bool is_linux(const struct token *token)
{
	return token->command &&
	       (token_is(token, "linux") || token_is(token, "linux16") ||
		       token_is(token, "linuxefi"));
}

static bool is_initrd(const struct token *token)
{
	return token->command &&
	       (token_is(token, "initrd") || token_is(token, "initrd16") ||
		       token_is(token, "initrdefi"));
}

static bool is_id_option(const struct token *token)
{
	return token_is(token, "$menuentry_id_option") ||
	       token_is(token, "${menuentry_id_option}") || token_is(token, "--id");
}

/* Reads an entry behind its first word. False if there is none, or it is broken. */
static bool read_entry(struct script_reader *reader, struct menu_entry *entry)
{
	struct token token = script_next(reader);
	const char *body;

	if (token.kind != TOKEN_WORD)
		return false;
	entry->title = token_text(&token);
	entry->id = copy_text("");
	entry->options = copy_text("");
	while ((token = script_next(reader)).kind == TOKEN_WORD) {
		if (is_id_option(&token)) {
			token = script_next(reader);
			if (token.kind != TOKEN_WORD)
				return false;
			free(entry->id);
			entry->id = token_text(&token);
		} else {
			text_append(&entry->options, "%.*s ",
				(int)(token.end - token.start), token.start);
		}
	}
	if (token.kind != TOKEN_OPEN)
		return false;
	body = token.end;
	token = script_skip_block(reader);
	if (token.kind == TOKEN_BAD)
		return false;
	entry->body = format_text("%.*s", (int)(token.start - body), body);
	return true;
}

static int broken(const char *text, const char *at, char **why)
{
	unsigned int line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	*why = format_text(
		"the quotes or braces of GRUB's script do not match at line %u", line);
	return -EINVAL;
}

int menu_read(const char *text, struct menu *menu, char **why)
{
	struct script_reader reader = script_read(text);
	struct token token;

	*menu = (struct menu){0};
	while ((token = script_next(&reader)).kind != TOKEN_END) {
		bool submenu = token.command && token_is(&token, "submenu");
		bool good = true;

		if (submenu || (token.command && token_is(&token, "menuentry"))) {
			menu->entry = allocate_more(
				menu->entry, (menu->count + 1) * sizeof(*menu->entry));
			menu->entry[menu->count] =
				(struct menu_entry){.submenu = submenu};
			good = read_entry(&reader, &menu->entry[menu->count++]);
		} else if (token.kind == TOKEN_OPEN) {
			good = script_skip_block(&reader).kind != TOKEN_BAD;
		} else if (token.kind == TOKEN_BAD || token.kind == TOKEN_CLOSE) {
			good = false;
		}
		if (!good) {
			menu_free(menu);
			return broken(text, token.start, why);
		}
	}
	return 0;
}

void menu_free(struct menu *menu)
{
	for (size_t i = 0; i < menu->count; i++) {
		free(menu->entry[i].title);
		free(menu->entry[i].id);
		free(menu->entry[i].options);
		free(menu->entry[i].body);
	}
	free(menu->entry);
	*menu = (struct menu){0};
}

void menu_find(const char *body, enum menu_kind kind, struct menu_command *command)
{
	bool (*wanted)(const struct token *) = kind == MENU_LINUX ? is_linux : is_initrd;
	struct script_reader reader = script_read(body);
	struct token token;

	*command = (struct menu_command){0};
	do
		token = script_next(&reader);
	while (token.kind != TOKEN_END && token.kind != TOKEN_BAD && !wanted(&token));
	command->start = token.start;
	for (; token.kind == TOKEN_WORD; token = script_next(&reader)) {
		lines_add(&command->words, "%.*s", (int)(token.end - token.start),
			token.start);
		command->end = token.end;
	}
}

/* The arguments of the first command of the kind, without quotes; none if there is none.
 */
static struct lines arguments(const char *body, enum menu_kind kind)
{
	struct menu_command command;
	struct lines words = {0};

	menu_find(body, kind, &command);
	for (size_t i = 1; i < command.words.count; i++) {
		const char *word = command.words.line[i];
		CLEANUP_FREE char *text = token_text(
			&(struct token){.start = word, .end = word + strlen(word)});

		lines_add(&words, "%s", text);
	}
	lines_free(&command.words);
	return words;
}

char *menu_kernel(const char *body)
{
	struct lines words = arguments(body, MENU_LINUX);
	char *path = words.count > 0 ? copy_text(words.line[0]) : NULL;

	lines_free(&words);
	return path;
}

char *menu_initrd(const char *body)
{
	struct lines words = arguments(body, MENU_INITRD);
	char *path = NULL;

	for (size_t i = words.count; i > 0 && path == NULL; i--)
		if (strcmp(path_name(words.line[i - 1]), ARCHIVE_NAME) != 0)
			path = copy_text(words.line[i - 1]);
	lines_free(&words);
	return path;
}

char *menu_parameters(const char *body)
{
	struct lines words = arguments(body, MENU_LINUX);
	char *line = copy_text("");

	for (size_t i = 1; i < words.count; i++)
		text_append(&line, "%s%s", i > 1 ? " " : "", words.line[i]);
	lines_free(&words);
	return line;
}

bool menu_passes_flag(const char *body, const char *words)
{
	CLEANUP_FREE char *line = menu_parameters(body);
	struct flag wanted, passed;

	flag_find(words, strlen(words), &wanted);
	flag_find(line, strlen(line), &passed);
	return wanted.state == passed.state && span_same(wanted.value, passed.value);
}

/* Where the line of `at` begins, if only blanks stand before it there; else `at`. */
static const char *line_start(const char *text, const char *at)
{
	const char *start = at;

	while (start > text && (start[-1] == ' ' || start[-1] == '\t'))
		start--;
	return start == text || start[-1] == '\n' ? start : at;
}

/* What of the body makes room for something else. */
struct patch {
	const char *from, *to;
	const char *instead;
};

/* Takes a command away, with its line if it is alone there. */
static struct patch drop_command(const char *body, const struct token *token)
{
	const char *from = line_start(body, token->start);
	const char *to = token->end + strspn(token->end, " \t");

	if ((from == body || from[-1] == '\n') && *to == '\n')
		return (struct patch){from, to + 1, ""};
	/* A list of commands may not be empty. */
	return (struct patch){token->start, token->end, "true"};
}

char *menu_body(const char *body, const char *drop, const char *insert)
{
	struct script_reader reader = script_read(body);
	CLEANUP_FREE char *made = copy_text("");
	const char *done = body;
	bool loads = false;
	struct token token;

	while ((token = script_next(&reader)).kind != TOKEN_END) {
		struct patch patch;

		if (token.kind == TOKEN_BAD)
			return NULL;
		if (token.command && token_is(&token, drop)) {
			patch = drop_command(body, &token);
		} else if (is_linux(&token) && !loads) {
			patch.from = patch.to = line_start(body, token.start);
			patch.instead = insert != NULL ? insert : "";
			loads = true;
		} else {
			continue;
		}
		text_append(
			&made, "%.*s%s", (int)(patch.from - done), done, patch.instead);
		done = patch.to;
	}
	return loads ? format_text("%s%s", made, done) : NULL;
}
