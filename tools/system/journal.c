/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/system/journal-file.h"
#include "tools/system/journal-read.h"
#include "tools/system/journal-thin.h"
#include "tools/system/journal.h"
#include "tools/system/process.h"
#include "tools/system/root.h"
#include "tools/text/json.h"
#include "tools/text/string.h"

static struct journal_author author = {.command = "", .version = ""};
static unsigned long current; /* id */
static bool last, all;
static bool given_up; /* and said so */

void journal_open(const struct journal_author *new)
{
	author = *new;
}

void journal_resume(unsigned long id)
{
	current = id;
}

void journal_of_all(void)
{
	all = true;
}

void journal_last_change(void)
{
	last = true;
}

unsigned long journal_id(void)
{
	return current;
}

static char *time_now(void)
{
	char text[32];
	time_t now = time(NULL);
	struct tm utc;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	return copy_text(text);
}

static json_t *record_of_begin(unsigned long id)
{
	CLEANUP_FREE char *now = time_now();
	CLEANUP_FREE char *process = process_identity(getpid());

	return json_pack("{s:I, s:s, s:o, s:s, s:s, s:b}", "id", (json_int_t)id, "begin",
		now, "command", json_bytes(author.command), "version", author.version,
		"process", process, "all", all);
}

/* 0, or -errno and a sentence. */
static int add(json_t *record, char **why)
{
	CLEANUP_FREE char *trouble = NULL;
	int error = journal_file_add(record, &trouble);

	json_decref(record);
	if (error == 0)
		return 0;
	if (author.way_back) {
		if (!given_up)
			print_message("warning: %s", trouble);
		given_up = true;
		return 0;
	}
	*why = format_text("%s; nothing is changed without it", trouble);
	return error;
}

/* Begins this command in the journal with its first change; programs that it runs from
 * then on carry its mark. */
static int begin(char **why)
{
	CLEANUP_FREE char *process = process_identity(getpid());
	struct journal journal;
	int error;

	setenv(PROCESS_CHANGE, process, 1);

	if (current != 0 || given_up)
		return 0;
	error = journal_read(&journal, why);
	if (error == 0) {
		current =
			journal.count > 0 ? journal.command[journal.count - 1].id + 1 : 1;
		journal_free(&journal);
		error = add(record_of_begin(current), why);
	}
	if (error < 0)
		current = 0;
	return error;
}

/* The uppermost directory that is not there, above a file; NULL: none. malloc'ed. */
static char *find_missing_directory(const char *path)
{
	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		CLEANUP_FREE char *directory =
			format_text("%.*s", (int)(slash - path), path);

		if (!root_exists(directory))
			return copy_text(directory);
	}
	return NULL;
}

static json_t *record_of_change(
	const char *path, const struct file_state *state, const char *program)
{
	CLEANUP_FREE char *directory = find_missing_directory(path);
	json_t *record = json_pack("{s:I, s:o, s:o}", "id", (json_int_t)current, "path",
		json_bytes(path), "before", file_state_json(state));

	if (program != NULL)
		json_object_set_new(record, "program", json_bytes(program));
	if (directory != NULL)
		json_object_set_new(record, "directory", json_bytes(directory));
	if (last)
		json_object_set_new(record, "last", json_true());
	return record;
}

static int cannot_keep(int error, const char *path, char **why)
{
	if (author.way_back)
		return 0;
	*why = error == -EINVAL
		       ? format_text("cannot write %s%s: it is not a regular file",
				 root_directory, path)
		       : format_text("cannot keep what is in %s%s, without which it is "
				     "not changed: %s",
				 root_directory, path, strerror(-error));
	return error;
}

int journal_before(const char *path, enum keep keep, const char *program, char **why)
{
	struct file_state state;
	int error = begin(why);

	if (error == 0 && !given_up) {
		error = file_state_read(path, keep, &state);
		if (error < 0)
			return cannot_keep(error, path, why);
		error = add(record_of_change(path, &state, program), why);
	}
	last = false;
	return error;
}

static int add_after(const char *path, const struct file_state *state, char **why)
{
	return add(json_pack("{s:I, s:o, s:o}", "id", (json_int_t)current, "path",
			   json_bytes(path), "after", file_state_json(state)),
		why);
}

int journal_after(const char *path, const char *content, enum keep keep, char **why)
{
	struct file_state state;
	int error;

	if (current == 0 || given_up)
		return 0;
	error = file_state_read(content, keep, &state);
	if (error < 0)
		return cannot_keep(error, path, why);
	return add_after(path, &state, why);
}

int journal_removed(const char *path, char **why)
{
	const struct file_state none = {0};

	return current == 0 || given_up ? 0 : add_after(path, &none, why);
}

int journal_end(const char *result, char **why)
{
	CLEANUP_FREE char *now = time_now();
	int error;

	if (current == 0 || given_up)
		return 0;
	error = add(json_pack("{s:I, s:s, s:s}", "id", (json_int_t)current, "end", now,
			    "result", result),
		why);
	current = 0;
	if (error == 0)
		journal_thin();
	return error;
}
