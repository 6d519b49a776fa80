/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tools/boot/boot-loader.h"
#include "tools/boot/loader.h"
#include "tools/commands/changes.h"
#include "tools/commands/command.h"
#include "tools/commands/enable-steps.h"
#include "tools/commands/options.h"
#include "tools/commands/recover.h"
#include "tools/commands/undo.h"
#include "tools/images/mend.h"
#include "tools/selection/conf.h"
#include "tools/system/journal.h"
#include "tools/system/lock.h"
#include "tools/system/root.h"
#include "tools/system/run.h"
#include "tools/system/write.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

enum { DIFF_SECONDS = 30 };

struct rollback_request {
	bool to_id;
	unsigned long id; /* what came after it is undone */
	bool force, keep;
};

static const struct option rollback_options[] = {
	{"to", required_argument, NULL, 't'},
	{"force", no_argument, NULL, 'f'},
	{"keep", no_argument, NULL, 'k'},
	{0},
};

static bool read_request(int argc, char **argv, struct rollback_request *request)
{
	char *end = NULL;
	int option;

	while ((option = options_next(&command_rollback, argc, argv)) != -1) {
		request->force = request->force || option == 'f';
		request->keep = request->keep || option == 'k';
		if (option != 't')
			continue;
		request->to_id = true;
		request->id = strtoul(optarg, &end, 10);
		if (end == optarg || *end != '\0' || optarg[0] == '-') {
			print_message("rollback: '%s' is no number of a command; "
				      "'vfio-early log' lists them",
				optarg);
			return false;
		}
	}
	if (request->force && request->keep) {
		print_message("rollback: --force and --keep are opposites");
		return false;
	}
	return options_end(&command_rollback, argc, argv, NULL);
}

/* The first command that is undone. 0, or -errno and a sentence. */
static int find_start(const struct journal *journal,
	const struct rollback_request *request, size_t *from, char **why)
{
	*from = journal_start(journal);
	if (!request->to_id || request->id == 0)
		return 0;
	for (size_t i = *from; i < journal->count; i++)
		if (journal->command[i].id == request->id) {
			*from = i + 1;
			return 0;
		}
	*why = format_text(
		"the journal has no command %lu that still counts; 'vfio-early "
		"log' lists them",
		request->id);
	return -ENOENT;
}

static bool has_file(const struct undo *undo, const char *path)
{
	for (size_t i = 0; i < undo->count; i++)
		if (strcmp(undo->file[i].path, path) == 0)
			return true;
	return false;
}

/* What is ours in a boot loader's file goes, whatever the journal knows of it: it may be
 * of a time before there was one. */
static void add_our_part(struct undo *undo, const char *path)
{
	CLEANUP_FREE char *now = NULL;
	char *without;

	if (has_file(undo, path) || root_read(path, &now, NULL) < 0)
		return;
	without = boot_part(path, now, "");
	if (without != NULL && strcmp(without, now) != 0)
		undo_add(undo, path, UNDO_PART, without);
	else
		free(without);
}

/* What the file would hold then. malloc'ed; NULL: nothing, or it is left alone. */
static char *text_then(const struct undo_file *file)
{
	char *text = NULL;

	if (file->how == UNDO_PART)
		return copy_text(file->text);
	if (file->was.there && (file->how == UNDO_BACK || file->how == UNDO_NOTHING) &&
		content_read(file->was.hash, &text, NULL) == 0)
		return text;
	return NULL;
}

/* The pristine copy itself may have our part, of a time before there was a journal. */
static void clean_copy(struct undo_file *file)
{
	CLEANUP_FREE char *then = text_then(file);
	char *without = then != NULL ? boot_part(file->path, then, "") : NULL;

	if (without != NULL && strcmp(without, then) != 0) {
		free(file->text);
		file->how = UNDO_PART;
		file->text = without;
	} else {
		free(without);
	}
}

/* Everything, and no longer what single commands did. */
static void plan_all(
	const struct journal *journal, struct undo *undo, struct lines *notes)
{
	for (size_t i = 0; i < undo->count; i++)
		clean_copy(&undo->file[i]);
	for (size_t i = 0; boot_loaders[i] != NULL; i++) {
		CLEANUP_FREE char *place = boot_loaders[i]->place_of_switch();
		CLEANUP_FREE char *entries = boot_loaders[i]->place_of_entries();

		add_our_part(undo, place);
		add_our_part(undo, entries);
	}
	if (journal->count > 0)
		return;
	if (root_exists(conf_path))
		undo_add(undo, conf_path, UNDO_BACK, NULL);
	if (undo->count > 0)
		lines_add(notes,
			"there was no journal here: what is vfio-early's is taken out, "
			"and what stood in its place before is not known");
}

/* How the file differs from what we left, as diff has it. malloc'ed; "": not known. */
static char *show_difference(const struct undo_file *file)
{
	CLEANUP_FREE char *ours =
		file->last_hash != NULL ? content_path(file->last_hash) : NULL;
	CLEANUP_FREE char *old = ours != NULL ? root_path(ours) : NULL;
	CLEANUP_FREE char *now = root_path(file->path);
	CLEANUP_FREE char *why = NULL;
	const char *const argv[] = {"diff", "-u", "--label", "as vfio-early left it",
		"--label", file->path, old != NULL ? run_name(old) : "/dev/null",
		root_exists(file->path) ? run_name(now) : "/dev/null", NULL};
	struct run_result result;
	char *text;

	if (run_program(
		    &(struct run){
			    .argv = argv, .timeout = DIFF_SECONDS, .host_will_do = true},
		    &result, &why) < 0)
		return copy_text("");
	text = copy_text(result.output);
	run_free(&result);
	return text;
}

/* A file that somebody else changed: shown, and for the user to decide. */
static int ask_about_others(const struct undo *undo,
	const struct rollback_request *request, struct changes *changes, char **why)
{
	for (size_t i = 0; i < undo->count; i++) {
		const struct undo_file *file = &undo->file[i];
		CLEANUP_FREE char *difference = NULL;

		if (file->how != UNDO_FOREIGN || request->force)
			continue;
		if (request->keep) {
			lines_add(&changes->notes,
				"%s stays as it is: somebody else has changed it since",
				file->path);
			continue;
		}
		difference = show_difference(file);
		lines_add(&changes->refused, "somebody else has changed %s since:\n%s",
			file->path, difference);
	}
	if (changes->refused.count == 0)
		return 0;
	*why = copy_text("nothing was changed: --force puts such files back as they were "
			 "before vfio-early, --keep leaves them as they are");
	return -EPERM;
}

static int roll_back(const struct journal *journal,
	const struct rollback_request *request, struct changes *changes, char **why)
{
	struct undo undo = {0};
	size_t from;
	int error = find_start(journal, request, &from, why);

	if (error < 0)
		return error;
	undo_plan(journal, from, journal->count, &undo);
	if (!request->to_id)
		plan_all(journal, &undo, &changes->notes);
	error = ask_about_others(&undo, request, changes, why);
	if (error == 0) {
		if (!request->to_id)
			journal_of_all();
		error = undo_apply(&undo, request->force ? UNDO_OVERWRITE : UNDO_LEAVE,
			true, &changes->steps, why);
	}
	undo_free(&undo);
	if (error == 0 && !request->to_id)
		error = images_without_us(
			write_dry_run, &changes->steps, &changes->notes, why);
	return error;
}

static int run_rollback(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *why = NULL;
	struct rollback_request request = {0};
	struct changes changes = {0};
	struct journal journal;
	int error;

	if (!read_request(argc, argv, &request))
		return STATUS_USAGE;
	error = journal_read(&journal, &why);
	if (error == 0) {
		error = roll_back(&journal, &request, &changes, &why);
		journal_free(&journal);
	}
	changes.changed = changes.steps.count > 0;
	if (error < 0)
		recover_own(&changes, &why);
	changes.reboot_required = changes.changed && booted_with(NULL);
	changes_note_kexec(&changes);
	if (changes_print(options, &changes, why) < 0)
		error = -EIO;
	changes_free(&changes);
	return error < 0 ? STATUS_FAILED : STATUS_OK;
}

const struct command command_rollback = {
	.name = "rollback",
	.run = run_rollback,
	.options = rollback_options,
	.writes = true,
	.lock = LOCK_COMMAND,
	.usage = "[--to ID] [--force | --keep] [--dry-run]",
	.summary = "undo what vfio-early has changed, down to what was there before it",
	.help = "Newest first, as the journal has it. The images are made anew without the early\n"
		"program. A file that somebody else has changed since is not overwritten, but what is\n"
		"vfio-early's in the boot loader's files is taken out of them; nothing is changed until\n"
		"you have decided about the others. 'vfio-early --root /mnt rollback' does the same for\n"
		"a system that is mounted there.\n\n"
		"  --to ID    only what came after this command ('vfio-early log'); images stay\n"
		"  --force    put files that somebody else has changed back all the same\n"
		"  --keep     leave files that somebody else has changed as they are\n"
		"  --dry-run  say what would be done, and do nothing\n",
};
