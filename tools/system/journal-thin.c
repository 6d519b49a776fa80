/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/system/journal-file.h"
#include "tools/system/journal-read.h"
#include "tools/system/journal-thin.h"
#include "tools/text/json.h"
#include "tools/text/string.h"

/* It is thinned when it has so many commands, and so many of the last ones stay whole. */
enum { COMMANDS_MOST = 100, COMMANDS_WHOLE = 50 };

static bool is_same_path(const struct journal_change *one, const char *path)
{
	return strcmp(one->path, path) == 0;
}

/* Whether an earlier command that counts has changed the file, or a later one has. */
static bool is_between(const struct journal *journal, size_t command, const char *path)
{
	bool earlier = false, later = false;

	for (size_t i = journal_start(journal); i < journal->count; i++)
		for (size_t j = 0; j < journal->command[i].count; j++) {
			bool same = is_same_path(&journal->command[i].change[j], path);

			earlier = earlier || (same && i < command);
			later = later || (same && i > command);
		}
	return earlier && later;
}

static bool stays(const struct journal *journal, size_t command, size_t change)
{
	const struct journal_command *here = &journal->command[command];

	if (command + COMMANDS_WHOLE >= journal->count || journal_is_unfinished(here))
		return true;
	return command >= journal_start(journal) &&
	       !is_between(journal, command, here->change[change].path);
}

static void add_line(char **text, json_t *record)
{
	CLEANUP_FREE char *line = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(record);
	text_append(text, "%s\n", line != NULL ? line : "");
}

static void add_change(char **text, unsigned long id, const struct journal_change *change)
{
	json_t *record = json_pack("{s:I, s:o, s:o}", "id", (json_int_t)id, "path",
		json_bytes(change->path), "before", file_state_json(&change->before));

	if (change->program != NULL)
		json_object_set_new(record, "program", json_bytes(change->program));
	if (change->directory != NULL)
		json_object_set_new(record, "directory", json_bytes(change->directory));
	if (change->last)
		json_object_set_new(record, "last", json_true());
	add_line(text, record);
	if (change->has_after)
		add_line(text, json_pack("{s:I, s:o, s:o}", "id", (json_int_t)id, "path",
				       json_bytes(change->path), "after",
				       file_state_json(&change->after)));
}

/* The command's lines; none if nothing of it stays. The number of changes left out. */
static size_t add_command(char **text, const struct journal *journal, size_t at)
{
	const struct journal_command *command = &journal->command[at];
	CLEANUP_FREE char *changes = copy_text("");
	size_t out = 0;

	for (size_t i = 0; i < command->count; i++)
		if (stays(journal, at, i))
			add_change(&changes, command->id, &command->change[i]);
		else
			out++;
	if (out == command->count && at + COMMANDS_WHOLE < journal->count &&
		!journal_is_unfinished(command))
		return out;
	add_line(text,
		json_pack("{s:I, s:o, s:o, s:o, s:o, s:b}", "id", (json_int_t)command->id,
			"begin", json_bytes(command->begun), "command",
			json_bytes(command->command), "version",
			json_bytes(command->version), "process",
			json_bytes(command->process), "all", command->all));
	text_append(text, "%s", changes);
	if (!journal_is_unfinished(command))
		add_line(text,
			json_pack("{s:I, s:o, s:o}", "id", (json_int_t)command->id, "end",
				json_bytes(command->ended), "result",
				json_bytes(
					command->result != NULL ? command->result : "")));
	return out;
}

static char *make_thin(void)
{
	CLEANUP_FREE char *why = NULL;
	char *text = NULL, *head;
	struct journal journal;
	size_t out = 0;

	if (journal_read(&journal, &why) < 0)
		return NULL;
	if (journal.count > COMMANDS_MOST) {
		text = copy_text("");
		for (size_t i = 0; i < journal.count; i++)
			out += add_command(&text, &journal, i);
		head = format_text("{\"thinned\":%lu}\n%s", journal.thinned + out, text);
		free(text);
		text = head;
	}
	journal_free(&journal);
	return text;
}

static bool speaks_of(const char *hash, const void *data)
{
	const struct journal *journal = data;

	for (size_t i = 0; i < journal->count; i++)
		for (size_t j = 0; j < journal->command[i].count; j++) {
			const struct journal_change *change =
				&journal->command[i].change[j];

			if ((change->before.kept &&
				    strcmp(change->before.hash, hash) == 0) ||
				(change->has_after && change->after.kept &&
					strcmp(change->after.hash, hash) == 0))
				return true;
		}
	return false;
}

void journal_sweep(const struct journal *journal)
{
	content_sweep(speaks_of, journal);
}

void journal_thin(void)
{
	CLEANUP_FREE char *why = NULL;
	struct journal journal;
	bool much;

	if (journal_read(&journal, &why) < 0)
		return;
	much = journal.count > COMMANDS_MOST;
	journal_free(&journal);
	if (!much || journal_file_replace(make_thin) < 0)
		return;
	if (journal_read(&journal, &why) == 0) {
		journal_sweep(&journal);
		journal_free(&journal);
	}
}
