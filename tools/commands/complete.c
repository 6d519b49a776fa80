/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/commands/command.h"
#include "tools/commands/complete.h"
#include "tools/commands/options.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/checks/catalogue.h"
#include "tools/pci/cards.h"
#include "tools/pci/devices.h"
#include "tools/system/root.h"

/* In front of what each candidate is: "--format=" if the value is typed in one word with
 * it. */
static const char *front = "";
static const char *typed = "";

/* A line for the shells, if it goes on where the person stopped typing. */
static void offer(const char *word, const char *what, int length)
{
	if (text_begins(word, typed))
		print_plain("%s%s\t%.*s\n", front, word, length, what);
}

static void offer_whole(const char *word, const char *what)
{
	offer(word, what, (int)strlen(what));
}

/* Paths are the shell's own business. */
static void offer_files(void)
{
	puts(":files");
}

static void offer_commands(const struct command *const *commands)
{
	for (; *commands != NULL; commands++)
		if ((*commands)->summary != NULL)
			offer_whole((*commands)->name, (*commands)->summary);
}

/* What stands behind "--NAME" in the help, at the beginning of a line or behind a letter;
 * NULL: it is not there. */
static const char *behind_option(const char *help, const char *name)
{
	CLEANUP_FREE char *line = format_text("  --%s", name);
	CLEANUP_FREE char *letter = format_text(", --%s", name);
	size_t length = strlen(line);

	for (; help != NULL && *help != '\0'; help++)
		if ((text_begins(help, line) || text_begins(help, letter)) &&
			strchr(" \n", help[length]) != NULL)
			return help + length;
	return NULL;
}

/* In the help what an option is stands behind two blanks, or on the next line. */
static void offer_option(const struct command *command, const struct option *option)
{
	static const char *const of_all[][2] = {
		{"help", "what the command does and which options it takes"},
		{"json", "print one JSON document"},
		{"dry-run", "say what would be done, and do nothing"},
		{"yes", "never ask"},
	};
	CLEANUP_FREE char *word = format_text("--%s", option->name);
	const char *text = behind_option(command->help, option->name);

	for (size_t i = 0; i < ARRAY_SIZE(of_all) && text == NULL; i++)
		if (strcmp(of_all[i][0], option->name) == 0) {
			offer_whole(word, of_all[i][1]);
			return;
		}
	if (text == NULL)
		text = "";
	else if (text[0] == ' ' && text[1] != ' ')
		text += 1 + strcspn(text + 1, " \n");
	text += strspn(text, " \n");
	offer(word, text, (int)strcspn(text, "\n"));
}

static void offer_options(const struct command *command)
{
	CLEANUP_FREE struct option *known = options_of(command);

	for (size_t i = 0; known[i].name != NULL; i++)
		offer_option(command, &known[i]);
}

static void offer_cards(void)
{
	CLEANUP_FREE char *why = NULL;
	struct devices devices = {0};
	struct card card, *after = NULL;

	if (devices_read(&devices, &why) == 0)
		while (devices_next_candidate(&devices, after, &card)) {
			const struct pci_device *face = card_face(&card);
			bool display = card_boot_display(&card) != NULL;
			CLEANUP_FREE char *what = format_text(
				"%s%s", face->name, display ? " (boot display)" : "");

			offer_whole(pci_device_short(face), what);
			after = &card;
		}
	devices_free(&devices);
}

static void offer_checks(void)
{
	for (size_t i = 0; check_at(i) != NULL; i++)
		offer_whole(check_at(i)->id, check_at(i)->about);
}

/* What the help calls the value: "vm|host" are the values themselves,
 * "N|NAME" are not. */
static void offer_value(const struct command *command, const char *option)
{
	const char *text = behind_option(command->help, option);
	CLEANUP_FREE char *value = NULL;
	char *rest, *word;

	if (text == NULL || text[0] != ' ')
		return;
	value = format_text("%.*s", (int)strcspn(text + 1, " \n"), text + 1);
	if (strcmp(value, "FILE") == 0)
		offer_files();
	else if (strcmp(value, "ID,...") == 0)
		offer_checks();
	rest = strchr(value, '|') != NULL ? value : NULL;
	while ((word = strsep(&rest, "|")) != NULL)
		if (islower((unsigned char)word[0]))
			offer_whole(word, "");
}

/* The usage says what else a command takes. */
static void offer_arguments(
	const struct command *const *commands, const struct command *command)
{
	if (strstr(command->usage, "DEVICE") != NULL)
		offer_cards();
	if (strstr(command->usage, "COMMAND") != NULL)
		offer_commands(commands);
	if (strstr(command->usage, " FILE") != NULL)
		offer_files();
}

/* The option of this command that is followed by a value, if this word is one. */
static const char *takes_value(const struct command *command, const char *word)
{
	CLEANUP_FREE struct option *known = options_of(command);
	const char *name = NULL;

	for (size_t i = 0; known[i].name != NULL; i++)
		if (known[i].has_arg == required_argument && text_begins(word, "--") &&
			strcmp(word + 2, known[i].name) == 0)
			name = known[i].name;
	return name;
}

static void complete_command(const struct command *const *commands,
	const struct command *command, const char *before)
{
	const char *option = takes_value(command, before);
	CLEANUP_FREE char *name = NULL;
	size_t length = strcspn(typed, "=");

	if (option == NULL && text_begins(typed, "--") && typed[length] == '=') {
		name = copy_text(typed);
		name[length] = '\0';
		option = takes_value(command, name);
		name[length] = '=';
		name[length + 1] = '\0';
		front = name;
		typed += length + 1;
	}
	if (option != NULL)
		offer_value(command, option);
	else if (typed[0] == '-')
		offer_options(command);
	else
		offer_arguments(commands, command);
	front = "";
}

static void complete_start(const struct command *const *commands, const char *before)
{
	if (strcmp(before, "--root") == 0) {
		offer_files();
	} else if (typed[0] == '-') {
		offer_whole("--json", "print one JSON document");
		offer_whole("--root", "the system below this directory");
		offer_whole("--help", "which commands there are");
		offer_whole("--version", "which version this is");
	} else {
		offer_commands(commands);
	}
}

/* The first word that is no option, nor the directory of --root, which is where the cards
 * are looked for: the command. */
static const struct command *command_in(
	const struct command *const *commands, char **words, int count)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(words[i], "--root") == 0 && i + 1 < count)
			root_directory = words[++i];
		else if (words[i][0] != '-') {
			while (*commands != NULL &&
				strcmp((*commands)->name, words[i]) != 0)
				commands++;
			return *commands;
		}
	}
	return NULL;
}

int complete(const struct command *const *commands, char **words, int count)
{
	const struct command *command;

	if (count == 0)
		return STATUS_USAGE;
	typed = words[count - 1];
	command = command_in(commands, words, count - 1);
	if (command != NULL)
		complete_command(commands, command, words[count - 2]);
	else
		complete_start(commands, count > 1 ? words[count - 2] : "");
	return STATUS_OK;
}
