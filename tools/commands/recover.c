/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/commands/recover.h"
#include "tools/commands/undo.h"
#include "tools/images/mend.h"
#include "tools/system/journal-thin.h"
#include "tools/system/journal.h"
#include "tools/system/process.h"
#include "tools/system/write.h"
#include "tools/text/printable.h"
#include "tools/text/string.h"

bool recover_is_due(const struct journal_command *command)
{
	return journal_is_unfinished(command) && !process_runs(command->process);
}

bool recover_is_done(const struct journal_command *command)
{
	for (size_t i = command->count; i > 0; i--)
		if (command->change[i - 1].last)
			return undo_is_in_place(&command->change[i - 1]);
	return false;
}

/* Whether somebody is changing the file right now, as `confirm` does without the lock. */
static bool is_being_changed(const struct journal *journal, const char *path)
{
	for (size_t i = 0; i < journal->count; i++) {
		const struct journal_command *command = &journal->command[i];

		if (!journal_is_unfinished(command) || recover_is_due(command) ||
			command->id == journal_id())
			continue;
		for (size_t j = 0; j < command->count; j++)
			if (strcmp(command->change[j].path, path) == 0)
				return true;
	}
	return false;
}

static void clear_drafts(
	const struct journal *journal, const struct journal_command *command)
{
	for (size_t i = 0; i < command->count; i++) {
		const struct journal_change *change = &command->change[i];

		if (is_being_changed(journal, change->path))
			continue;
		write_clear_drafts(change->path);
		if (change->program != NULL)
			write_clear_leftovers(change->path, command->begun);
	}
}

/* Of a file that somebody else has changed meanwhile; and an image that the cut damaged.
 */
static int look_at_rest(const struct undo *undo, struct lines *steps, char **why)
{
	int error = 0;

	for (size_t i = 0; i < undo->count; i++) {
		const struct undo_file *file = &undo->file[i];

		if (file->how == UNDO_FOREIGN)
			lines_add(steps,
				"leave %s, which somebody else has changed since",
				file->path);
		else if (file->how == UNDO_IMAGE && error == 0)
			error = images_mend(file->path, steps, why);
	}
	return error;
}

/* Takes the command back. 0, or -errno and a sentence. */
static int take_back(
	const struct journal *journal, size_t at, struct lines *steps, char **why)
{
	struct undo undo = {0};
	int error;

	undo_plan(journal, at, at + 1, &undo);
	error = undo_apply(&undo, UNDO_LEAVE, false, steps, why);
	if (error == 0)
		error = look_at_rest(&undo, steps, why);
	undo_free(&undo);
	return error;
}

static char *join(const struct lines *lines)
{
	char *text = copy_text("");

	for (size_t i = 0; i < lines->count; i++)
		text_append(&text, "%s%s", i > 0 ? "; " : "", lines->line[i]);
	return text;
}

static int recover(const struct journal *journal, size_t at, char **why)
{
	const struct journal_command *command = &journal->command[at];
	CLEANUP_FREE char *name = printable_text(command->command, "");
	CLEANUP_FREE char *trouble = NULL, *did = NULL;
	struct lines steps = {0};
	bool done = recover_is_done(command);
	int error = 0;

	journal_resume(command->id);
	clear_drafts(journal, command);
	if (!done)
		error = take_back(journal, at, &steps, &trouble);
	if (error == 0)
		error = journal_end(done ? JOURNAL_COMPLETED : JOURNAL_UNDONE, &trouble);
	journal_resume(0);
	did = join(&steps);
	lines_free(&steps);
	if (error < 0)
		*why = format_text("'%s' of %s was cut off, and cannot be undone: %s",
			name, command->begun, trouble);
	else if (done)
		print_message("'%s' of %s was cut off when all of it was done", name,
			command->begun);
	else
		print_message("'%s' of %s was cut off and is undone%s%s", name,
			command->begun, did[0] != '\0' ? ": " : "", did);
	return error;
}

/* Programs of a command that was cut off may still be at work. */
static int wait_for_programs(
	const struct journal_command *command, unsigned int seconds, char **why)
{
	const struct timespec tick = {.tv_nsec = 100000000L};
	pid_t program = 0;

	for (unsigned int left = seconds * 10;; left--) {
		program = process_started_by(command->process);
		if (program == 0)
			return 0;
		if (left == 0)
			break;
		nanosleep(&tick, NULL);
	}
	*why = format_text(
		"'%s' was cut off, but a program that it started (pid %ld) still "
		"runs; wait for it to end",
		command->command, (long)program);
	return -EBUSY;
}

int recover_unfinished(unsigned int seconds, char **why)
{
	struct journal journal;
	bool any = false;
	int error = journal_read(&journal, why);

	if (error < 0)
		return error;
	for (size_t i = journal.count; i > 0 && error == 0; i--) {
		if (!recover_is_due(&journal.command[i - 1]))
			continue;
		any = true;
		error = wait_for_programs(&journal.command[i - 1], seconds, why);
		if (error == 0)
			error = recover(&journal, i - 1, why);
	}
	if (any && error == 0)
		journal_sweep(&journal);
	journal_free(&journal);
	return error;
}

void recover_own(struct changes *changes, char **why)
{
	CLEANUP_FREE char *trouble = NULL;
	struct journal journal;
	int error;

	if (journal_id() == 0 || journal_read(&journal, &trouble) < 0)
		return;
	for (size_t i = journal.count; i > 0; i--) {
		if (journal.command[i - 1].id != journal_id())
			continue;
		error = take_back(&journal, i - 1, &changes->steps, &trouble);
		if (error == 0)
			error = journal_end(JOURNAL_UNDONE, &trouble);
		if (error == 0)
			changes->changed = false;
		else
			add_sentence(why, trouble);
		break;
	}
	journal_free(&journal);
}
