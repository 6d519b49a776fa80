/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of JSON, each with the id of the command that it is about:
 * {"id":3, "begin":TIME, "command":..., "version":..., "process":..., "all":BOOLEAN}
 * {"id":3, "path":..., "before":STATE, ...}   before the change is made
 * {"id":3, "path":..., "after":STATE}         what it makes of the file
 * {"id":3, "end":TIME, "result":...}
 * {"thinned":NUMBER}
 * A line that is not whole is the last one, from a cut; what it spoke of was not begun.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/system/journal-read.h"
#include "tools/system/root.h"
#include "tools/text/json.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

/* NULL: there is none. */
static char *text_at(const json_t *json, const char *key)
{
	const json_t *text = json_object_get(json, key);

	return json_is_string(text) ? json_bytes_at(text) : NULL;
}

static char *text_or_empty(const json_t *json, const char *key)
{
	return json_bytes_at(json_object_get(json, key));
}

static struct journal_command *find_command(struct journal *journal, unsigned long id)
{
	for (size_t i = journal->count; i > 0; i--)
		if (journal->command[i - 1].id == id)
			return &journal->command[i - 1];
	return NULL;
}

static void add_command(struct journal *journal, unsigned long id, const json_t *json)
{
	*ARRAY_ADD(journal->command, journal->count) = (struct journal_command){
		.id = id,
		.command = text_or_empty(json, "command"),
		.version = text_or_empty(json, "version"),
		.begun = text_or_empty(json, "begin"),
		.process = text_or_empty(json, "process"),
		.all = json_is_true(json_object_get(json, "all")),
	};
}

static bool add_change(struct journal_command *command, const json_t *json)
{
	struct file_state before;

	if (!file_state_of_json(json_object_get(json, "before"), &before))
		return false;
	*ARRAY_ADD(command->change, command->count) = (struct journal_change){
		.path = text_or_empty(json, "path"),
		.before = before,
		.program = text_at(json, "program"),
		.directory = text_at(json, "directory"),
		.last = json_is_true(json_object_get(json, "last")),
	};
	return true;
}

static bool add_after(struct journal_command *command, const json_t *json)
{
	CLEANUP_FREE char *path = text_or_empty(json, "path");

	for (size_t i = command->count; i > 0; i--) {
		struct journal_change *change = &command->change[i - 1];

		if (strcmp(change->path, path) != 0)
			continue;
		change->has_after = file_state_of_json(
			json_object_get(json, "after"), &change->after);
		return change->has_after;
	}
	return false;
}

static bool add_end(struct journal_command *command, const json_t *json)
{
	free(command->ended);
	free(command->result);
	command->ended = text_at(json, "end");
	command->result = text_at(json, "result");
	return true;
}

static bool take_record(struct journal *journal, const json_t *json)
{
	unsigned long id = (unsigned long)json_integer_value(json_object_get(json, "id"));
	struct journal_command *command = find_command(journal, id);

	if (json_object_get(json, "thinned") != NULL) {
		journal->thinned = (unsigned long)json_integer_value(
			json_object_get(json, "thinned"));
		return true;
	}
	if (id > 0 && command == NULL && json_object_get(json, "begin") != NULL) {
		add_command(journal, id, json);
		return true;
	}
	if (command == NULL)
		return false;
	if (json_object_get(json, "before") != NULL)
		return add_change(command, json);
	if (json_object_get(json, "after") != NULL)
		return add_after(command, json);
	return json_object_get(json, "end") != NULL && add_end(command, json);
}

static void take_line(struct journal *journal, const char *line, size_t length)
{
	json_t *json = json_loadb(line, length, 0, NULL);

	if (json == NULL || !take_record(journal, json))
		journal->bad++;
	json_decref(json);
}

int journal_read(struct journal *journal, char **why)
{
	CLEANUP_FREE char *text = NULL;
	size_t length;
	int error = root_read(JOURNAL_PATH, &text, &length);

	*journal = (struct journal){0};
	if (error == -ENOENT || error == -ENOTDIR)
		return 0;
	if (error < 0) {
		*why = format_text("cannot read the journal %s" JOURNAL_PATH ": %s",
			root_directory, strerror(-error));
		return error;
	}
	for (const char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1)
		take_line(journal, at, (size_t)(end - at));
	return 0;
}

static void free_change(struct journal_change *change)
{
	free(change->path);
	free(change->program);
	free(change->directory);
}

void journal_free(struct journal *journal)
{
	for (size_t i = 0; i < journal->count; i++) {
		struct journal_command *command = &journal->command[i];

		for (size_t j = 0; j < command->count; j++)
			free_change(&command->change[j]);
		free(command->change);
		free(command->command);
		free(command->version);
		free(command->begun);
		free(command->process);
		free(command->ended);
		free(command->result);
	}
	free(journal->command);
	*journal = (struct journal){0};
}

size_t journal_start(const struct journal *journal)
{
	for (size_t i = journal->count; i > 0; i--) {
		const struct journal_command *command = &journal->command[i - 1];

		if (command->all && command->result != NULL &&
			(strcmp(command->result, JOURNAL_DONE) == 0 ||
				strcmp(command->result, JOURNAL_COMPLETED) == 0))
			return i;
	}
	return 0;
}

bool journal_is_unfinished(const struct journal_command *command)
{
	return command->ended == NULL;
}
