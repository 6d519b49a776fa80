/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's script language, token by token. Pure. */
#ifndef TOOLS_BOOT_GRUB_SCRIPT_H
#define TOOLS_BOOT_GRUB_SCRIPT_H

#include <stdbool.h>

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_BREAK, /* newline, ";", "|", "&": a command ends */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_BAD, /* a quote is not closed */
};

/* A piece of the script, as it stands there, with its quotes. */
struct token {
	enum token_kind kind;
	const char *start;
	const char *end;
	bool command; /* the first word of a command */
};

struct script_reader {
	const char *at;
	bool fresh; /* the next word begins a command */
};

/* At the start of a script. */
struct script_reader script_read(const char *text);
/* The next token; TOKEN_END and TOKEN_BAD come again and again. */
struct token script_next(struct script_reader *reader);
/* Passes over a block whose "{" was read: its "}", or TOKEN_BAD. */
struct token script_skip_block(struct script_reader *reader);
/* Whether it is this word, without any quotes. */
bool token_is(const struct token *token, const char *text);
/* The word without its quotes; variables stay as they are named. malloc'ed. */
char *token_text(const struct token *token);
/* In single quotes, as one word of the language; malloc'ed. */
char *script_quote(const char *text);

#endif
