/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/boot/loader.h"
#include "tools/commands/undo.h"
#include "tools/system/journal.h"
#include "tools/system/root.h"
#include "tools/system/write.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

void undo_add(struct undo *undo, const char *path, enum undo_how how, char *text)
{
	*ARRAY_ADD(undo->file, undo->count) = (struct undo_file){
		.path = copy_text(path),
		.how = how,
		.text = text,
	};
}

static bool is_planned(const struct undo *undo, const char *path)
{
	for (size_t i = 0; i < undo->count; i++)
		if (strcmp(undo->file[i].path, path) == 0)
			return true;
	return false;
}

/* What of the journal is about one file. */
struct history {
	const struct journal_change *first, *last;
	bool known; /* what the file is now, we made */
};

static struct history history_of(const struct journal *journal, size_t from, size_t to,
	const char *path, const struct file_state *now)
{
	struct history history = {0};

	for (size_t i = from; i < to; i++)
		for (size_t j = 0; j < journal->command[i].count; j++) {
			const struct journal_change *change =
				&journal->command[i].change[j];

			if (strcmp(change->path, path) != 0)
				continue;
			if (history.first == NULL)
				history.first = change;
			history.last = change;
			if (change->has_after)
				history.known = history.known ||
						file_state_same(now, &change->after);
		}
	/* A program was cut off: what it left is no one else's. */
	if (history.last->program != NULL && !history.last->has_after)
		history.known = true;
	return history;
}

/* Our part alone, where somebody else has written to the file; NULL: it cannot be told.
 */
static char *part_of(const char *path, const struct file_state *was)
{
	CLEANUP_FREE char *now = NULL, *like = NULL;

	if (root_read(path, &now, NULL) < 0)
		return NULL;
	if (was->there && content_read(was->hash, &like, NULL) < 0)
		return NULL;
	return boot_part(path, now, like);
}

static bool is_now(const char *path, const char *text)
{
	CLEANUP_FREE char *now = NULL;

	return root_read(path, &now, NULL) == 0 && strcmp(now, text) == 0;
}

static void plan_file(const struct journal *journal, size_t from, size_t to,
	const char *path, struct undo *undo)
{
	struct file_state now = {0};
	bool readable = file_state_read(path, KEEP_HASH, &now) == 0;
	struct history history = history_of(journal, from, to, path, &now);
	struct undo_file *file;

	undo_add(undo, path, UNDO_FOREIGN, NULL);
	file = &undo->file[undo->count - 1];
	file->was = history.first->before;
	if (history.first->directory != NULL)
		file->directory = copy_text(history.first->directory);
	if (history.last->has_after && history.last->after.kept)
		file->last_hash = copy_text(history.last->after.hash);
	if (readable && file_state_same(&now, &file->was))
		file->how = UNDO_NOTHING;
	else if (file->was.there && !file->was.kept)
		file->how = UNDO_IMAGE;
	else if (readable && history.known)
		file->how = UNDO_BACK;
	else if (readable && (file->text = part_of(path, &file->was)) != NULL)
		file->how = is_now(path, file->text) ? UNDO_NOTHING : UNDO_PART;
}

/* A command that ended since has the last word. */
static bool is_changed_later(const struct journal *journal, size_t to, const char *path)
{
	for (size_t i = to; i < journal->count; i++)
		for (size_t j = 0; j < journal->command[i].count; j++)
			if (!journal_is_unfinished(&journal->command[i]) &&
				strcmp(journal->command[i].change[j].path, path) == 0)
				return true;
	return false;
}

void undo_plan(const struct journal *journal, size_t from, size_t to, struct undo *undo)
{
	for (size_t i = to; i > from; i--) {
		const struct journal_command *command = &journal->command[i - 1];

		for (size_t j = command->count; j > 0; j--) {
			const char *path = command->change[j - 1].path;

			if (!is_planned(undo, path) &&
				!is_changed_later(journal, to, path))
				plan_file(journal, from, to, path, undo);
		}
	}
}

static bool is_a_step(const struct undo_file *file, enum undo_foreign foreign)
{
	return file->how == UNDO_BACK || file->how == UNDO_PART ||
	       (file->how == UNDO_FOREIGN && foreign == UNDO_OVERWRITE);
}

static int put_back(const struct undo_file *file, struct lines *steps, char **why)
{
	const struct file_state none = {0};
	bool part = file->how == UNDO_PART;
	bool goes = part ? file->text[0] == '\0' : !file->was.there;
	bool changed;
	int error = 0;

	if (part && !goes)
		error = write_file(
			file->path, file->text, strlen(file->text), &changed, why);
	else if (!write_dry_run)
		error = write_back(
			file->path, goes ? &none : &file->was, file->directory, why);
	if (error == 0)
		lines_add(steps,
			goes   ? "remove %s, which was not there"
			: part ? "take out of %s what is vfio-early's"
			       : "put %s back as it was",
			file->path);
	if (error == 0 && !goes)
		error = write_settle(file->path, why);
	return error;
}

int undo_apply(const struct undo *undo, enum undo_foreign foreign, bool is_all,
	struct lines *steps, char **why)
{
	size_t left = 0;
	int error = 0;

	for (size_t i = 0; i < undo->count; i++)
		left += is_a_step(&undo->file[i], foreign);
	for (size_t i = 0; i < undo->count && error == 0; i++) {
		if (!is_a_step(&undo->file[i], foreign))
			continue;
		if (--left == 0 && is_all)
			journal_last_change();
		error = put_back(&undo->file[i], steps, why);
	}
	return error;
}

void undo_free(struct undo *undo)
{
	for (size_t i = 0; i < undo->count; i++) {
		free(undo->file[i].path);
		free(undo->file[i].directory);
		free(undo->file[i].text);
		free(undo->file[i].last_hash);
	}
	free(undo->file);
	*undo = (struct undo){0};
}

bool undo_is_in_place(const struct journal_change *change)
{
	CLEANUP_FREE char *part = NULL;
	struct file_state now;

	if (!change->has_after || file_state_read(change->path, KEEP_HASH, &now) < 0)
		return false;
	if (file_state_same(&now, &change->after))
		return true;
	if (file_state_same(&now, &change->before))
		return false;
	part = part_of(change->path, &change->after);
	return part != NULL && is_now(change->path, part);
}
