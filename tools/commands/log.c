/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal, for people and programs. */
#include <stdlib.h>
#include <string.h>

#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/system/journal-read.h"
#include "tools/system/process.h"
#include "tools/system/root.h"
#include "tools/text/json.h"
#include "tools/text/printable.h"
#include "tools/text/string.h"

enum { HASH_SHOWN = 12 };

static const char *result_of(const struct journal_command *command)
{
	if (!journal_is_unfinished(command))
		return command->result != NULL ? command->result : JOURNAL_FAILED;
	return process_runs(command->process) ? "running" : "unfinished";
}

static char *name_of_state(const struct file_state *state)
{
	return state->there ? format_text("%.*s", HASH_SHOWN, state->hash)
			    : copy_text("absent");
}

static void print_command(const struct journal_command *command)
{
	CLEANUP_FREE char *line = printable_text(command->command, "");

	print_plain("%lu  %s  %s  %s  (version %s)\n", command->id, command->begun,
		result_of(command), line, command->version);
	for (size_t i = 0; i < command->count; i++) {
		const struct journal_change *change = &command->change[i];
		CLEANUP_FREE char *before = name_of_state(&change->before);
		CLEANUP_FREE char *after = change->has_after
						   ? name_of_state(&change->after)
						   : copy_text("not made, or not known");
		CLEANUP_FREE char *path = printable_text(change->path, "");

		print_plain("     %s  %s -> %s%s%s\n", path, before, after,
			change->program != NULL ? "  by " : "",
			change->program != NULL ? change->program : "");
	}
}

static void print_journal(const struct journal *journal)
{
	if (journal->count == 0)
		puts("The journal is empty: vfio-early has changed nothing here since it "
		     "keeps one.");
	for (size_t i = 0; i < journal->count; i++)
		print_command(&journal->command[i]);
	if (journal->thinned > 0)
		print_plain(
			"Left out: %lu changes between the first and the last ones of "
			"their files, to keep the journal small.\n",
			journal->thinned);
}

static json_t *command_json(const struct journal_command *command)
{
	json_t *changes = json_array();

	for (size_t i = 0; i < command->count; i++) {
		const struct journal_change *change = &command->change[i];

		json_array_append_new(changes,
			json_pack("{s:o, s:o, s:o, s:b, s:o}", "path",
				json_text(change->path), "before",
				file_state_json(&change->before), "after",
				change->has_after ? file_state_json(&change->after)
						  : json_null(),
				"after_known", change->has_after, "program",
				json_text(change->program)));
	}
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:s, s:o}", "id",
		(json_int_t)command->id, "begun", json_text(command->begun), "ended",
		json_text(command->ended), "command", json_text(command->command),
		"version", json_text(command->version), "result", result_of(command),
		"changes", changes);
}

static json_t *journal_json(const struct journal *journal)
{
	json_t *commands = json_array();

	for (size_t i = 0; i < journal->count; i++)
		json_array_append_new(commands, command_json(&journal->command[i]));
	return json_pack("{s:o, s:I, s:I}", "commands", commands, "thinned",
		(json_int_t)journal->thinned, "damaged_lines", (json_int_t)journal->bad);
}

static int run_log(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *why = NULL;
	struct journal journal;
	int status = STATUS_OK;

	if (!options_end(&command_log, argc, argv, NULL))
		return STATUS_USAGE;
	if (journal_read(&journal, &why) < 0) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	if (!options->json)
		print_journal(&journal);
	else if (json_print(journal_json(&journal)) < 0)
		status = STATUS_USAGE;
	if (journal.bad > 0) {
		print_message("%s" JOURNAL_PATH " has %u damaged lines, which are passed "
			      "over",
			root_directory, journal.bad);
		status = status == STATUS_OK ? STATUS_FAILED : status;
	}
	journal_free(&journal);
	return status;
}

const struct command command_log = {
	.name = "log",
	.run = run_log,
	.usage = "",
	.summary = "what vfio-early has changed: the journal that rollback reads",
	.help = "Each command with its number, when it was run, how it ended, and each file that\n"
		"it changed: what it held before and after, as the start of its SHA-256. The copies\n"
		"are in " CONTENT_DIRECTORY "; of images there is the hash alone.\n"
		"The exit status is 1 if the journal has damaged lines.\n",
};
