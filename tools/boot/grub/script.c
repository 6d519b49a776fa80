/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language (GRUB manual, "Writing full configuration files directly"): words are
 * parted by blanks; single quotes keep everything, double quotes and a backslash keep
 * most; "{", "}", ";" and the newline are tokens of their own outside quotes; "$name" and
 * "${name}" are variables; "#" at the start of a word begins a comment.
 */
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/grub/script.h"

struct script_reader script_read(const char *text)
{
	return (struct script_reader){.at = text, .fresh = true};
}

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t\r\n;|&<>{}", c) != NULL;
}

/* Behind the piece of a word at `at`; NULL if a quote or brace is not closed. */
static const char *skip_piece(const char *at)
{
	char quote = *at;

	if (at[0] == '\\')
		return at[1] != '\0' ? at + 2 : NULL;
	if (at[0] == '$' && at[1] == '{') {
		at = strchr(at, '}');
		return at != NULL ? at + 1 : NULL;
	}
	if (quote != '\'' && quote != '"')
		return at + 1;
	for (at++; *at != quote; at++) {
		if (quote == '"' && at[0] == '\\' && at[1] != '\0')
			at++;
		if (*at == '\0')
			return NULL;
	}
	return at + 1;
}

static bool opens_command(const struct token *token)
{
	static const char *const words[] = {
		"if", "then", "elif", "else", "while", "until", "do", "!"};
	size_t length = (size_t)(token->end - token->start);

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == length &&
			strncmp(token->start, words[i], length) == 0)
			return true;
	return false;
}

struct token script_next(struct script_reader *reader)
{
	struct token token = {.kind = TOKEN_END};
	const char *at = reader->at;

	for (;;) {
		at += strspn(at, " \t\r");
		if (at[0] == '\\' && at[1] == '\n')
			at += 2;
		else if (*at == '#')
			at += strcspn(at, "\n");
		else
			break;
	}
	token.start = at;
	if (*at == '{' || *at == '}') {
		token.kind = *at++ == '{' ? TOKEN_OPEN : TOKEN_CLOSE;
		reader->fresh = true;
	} else if (*at != '\0' && ends_word(*at)) {
		token.kind = TOKEN_BREAK;
		reader->fresh = true;
		at++;
	} else if (*at != '\0') {
		token.kind = TOKEN_WORD;
		token.command = reader->fresh;
		while (at != NULL && !ends_word(*at))
			at = skip_piece(at);
	}
	if (at == NULL) {
		token.kind = TOKEN_BAD;
		token.end = token.start;
		return token;
	}
	token.end = reader->at = at;
	if (token.kind == TOKEN_WORD)
		reader->fresh = token.command && opens_command(&token);
	return token;
}

bool token_is(const struct token *token, const char *text)
{
	size_t length = strlen(text);

	return token->kind == TOKEN_WORD &&
	       (size_t)(token->end - token->start) == length &&
	       strncmp(token->start, text, length) == 0;
}

struct token script_skip_block(struct script_reader *reader)
{
	unsigned int depth = 1;
	struct token token;

	do {
		token = script_next(reader);
		if (token.kind == TOKEN_OPEN)
			depth++;
		else if (token.kind == TOKEN_CLOSE)
			depth--;
		else if (token.kind == TOKEN_END)
			token.kind = TOKEN_BAD;
	} while (depth > 0 && token.kind != TOKEN_BAD);
	return token;
}

/* Quotes and backslashes taken off, in place; variables stay as they are named. */
static char *unquote(char *word)
{
	char quote = '\0';
	char *to = word;

	for (const char *from = word; *from != '\0'; from++) {
		if (quote == '\0' && (*from == '\'' || *from == '"')) {
			quote = *from;
		} else if (quote != '\0' && *from == quote) {
			quote = '\0';
		} else {
			/* Inside double quotes a backslash keeps these only. */
			if (from[0] == '\\' && quote != '\'' && from[1] != '\0' &&
				(quote == '\0' || strchr("$\"\\", from[1]) != NULL))
				from++;
			*to++ = *from;
		}
	}
	*to = '\0';
	return word;
}

char *script_quote(const char *text)
{
	char *quoted = allocate_more(NULL, 4 * strlen(text) + 3);
	char *to = quoted;

	*to++ = '\'';
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			memcpy(to, "'\\'", 3);
			to += 3;
		}
		*to++ = *text;
	}
	*to++ = '\'';
	*to = '\0';
	return quoted;
}

char *token_text(const struct token *token)
{
	return unquote(
		format_text("%.*s", (int)(token->end - token->start), token->start));
}
