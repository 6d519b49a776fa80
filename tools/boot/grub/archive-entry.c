/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRUB stops at an image that is not there, and then boots without any: a panic. And the
 * kernel panics where rdinit= names no file. So the entry asks for the archive first.
 */
#include <stdlib.h>
#include <string.h>

#include "cmdline/flag.h"
#include "tools/boot/grub/archive-entry.h"
#include "tools/boot/grub/menu.h"
#include "tools/boot/grub/script.h"
#include "tools/images/universal.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"

/* "/boot/vfio-early.img" of "/boot/initrd.img-6.1.0-1-amd64", as a word of GRUB's. */
static char *archive_word(const char *image)
{
	CLEANUP_FREE char *path = archive_path(image);

	/* A name with a variable in it must stay one. */
	return strpbrk(path, " '\"\\") == NULL ? copy_text(path) : script_quote(path);
}

static void add_words(
	char **text, const struct lines *words, const char *extra, bool flag)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->line[i];

		if (flag || !text_begins(word, FLAG_NAME "="))
			text_append(text, "%s%s",
				i == 0	 ? "\t\t"
				: i == 1 ? "\t"
					 : " ",
				word);
		if (flag && i == 1 && extra != NULL)
			text_append(text, " %s", extra);
	}
	text_append(text, "\n");
}

/* The linux command with the flag, and without. */
static char *linux_commands(
	const struct menu_command *linux, const char *archive, enum carrier carrier)
{
	const char *extra = carrier == CARRIER_IN_FRONT ? ARCHIVE_PARAMETER : NULL;
	char *text = format_text("if [ -f %s ]; then\n", archive);

	add_words(&text, &linux->words, extra, true);
	text_append(&text,
		"\telse\n"
		"\t\techo 'vfio-early: the archive with the early program is gone.'\n"
		"\t\techo 'This is a normal boot. vfio-early enable makes another one.'\n"
		"\t\tsleep --interruptible 5\n");
	add_words(&text, &linux->words, NULL, false);
	text_append(&text, "\tfi");
	return text;
}

/* The initrd command with the archive, and without. */
static char *initrd_commands(
	const struct menu_command *initrd, const char *archive, enum carrier carrier)
{
	char *text = format_text(
		"if [ -f %s ]; then\n\t\t%s\t", archive, initrd->words.line[0]);

	if (carrier == CARRIER_IN_FRONT)
		text_append(&text, "%s ", archive);
	for (size_t i = 1; i < initrd->words.count; i++)
		text_append(&text, "%s%s", i > 1 ? " " : "", initrd->words.line[i]);
	if (carrier == CARRIER_BEHIND)
		text_append(&text, " %s", archive);
	text_append(&text, "\n\telse\n");
	add_words(&text, &initrd->words, NULL, true);
	text_append(&text, "\tfi");
	return text;
}

char *grub_archive_body(const char *body, enum carrier carrier)
{
	CLEANUP_FREE char *archive = NULL, *first = NULL, *second = NULL, *image = NULL;
	struct menu_command linux, initrd;
	char *made = NULL;

	image = menu_initrd(body);
	menu_find(body, MENU_LINUX, &linux);
	menu_find(body, MENU_INITRD, &initrd);
	if (image != NULL && linux.words.count > 1 && initrd.words.count > 1 &&
		linux.end < initrd.start) {
		archive = archive_word(image);
		first = linux_commands(&linux, archive, carrier);
		second = initrd_commands(&initrd, archive, carrier);
		made = format_text("%.*s%s%.*s%s%s", (int)(linux.start - body), body,
			first, (int)(initrd.start - linux.end), linux.end, second,
			initrd.end);
	}
	lines_free(&linux.words);
	lines_free(&initrd.words);
	return made;
}

static bool is_archive(const char *word)
{
	size_t length = strcspn(path_name(word), "'\"");

	return length == strlen(ARCHIVE_NAME) &&
	       strncmp(path_name(word), ARCHIVE_NAME, length) == 0;
}

enum carrier grub_carrier(const char *body)
{
	CLEANUP_FREE char *parameters = menu_parameters(body);
	struct menu_command initrd;
	enum carrier carrier = CARRIER_IMAGE;

	menu_find(body, MENU_INITRD, &initrd);
	if (initrd.words.count > 2 && is_archive(initrd.words.line[1]) &&
		text_begins(parameters, ARCHIVE_PARAMETER " "))
		carrier = CARRIER_IN_FRONT;
	else if (initrd.words.count > 2 &&
		 is_archive(initrd.words.line[initrd.words.count - 1]))
		carrier = CARRIER_BEHIND;
	lines_free(&initrd.words);
	return carrier;
}
