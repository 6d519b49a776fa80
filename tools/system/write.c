/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/journal.h"
#include "tools/system/replace.h"
#include "tools/system/root.h"
#include "tools/system/write.h"

bool write_dry_run;

static int sentence(int error, char **why, const char *doing, const char *path)
{
	*why = format_text(
		"cannot %s %s%s: %s", doing, root_directory, path, strerror(-error));
	return error;
}

static int cannot_write(int error, const char *path, char **why)
{
	if (error != -EINVAL)
		return sentence(error, why, "write", path);
	*why = format_text(
		"cannot write %s%s: it is not a regular file", root_directory, path);
	return error;
}

static int make_directories(const char *directory)
{
	CLEANUP_FREE char *path = copy_text(directory);

	for (char *slash = strchr(path + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

/*
 * Every change of a file passes here before it is made: what it is now is in the journal
 * then, on the disk. With --dry-run nothing passes.
 */
static int pass_door(const char *path, enum keep keep, const char *program, char **why)
{
	if (write_dry_run)
		return sentence(-EROFS, why, "change, with --dry-run,", path);
	return journal_before(path, keep, program, why);
}

static int begin_draft(struct draft *draft, const char *path, enum keep keep,
	const char *text, size_t length, char **why)
{
	CLEANUP_FREE char *target = NULL, *directory = NULL;
	int file, error = pass_door(path, keep, NULL, why);

	*draft = (struct draft){0};
	if (error < 0)
		return error;
	error = root_resolve(path, &target);
	if (error < 0)
		return sentence(error, why, "follow the symbolic links of", path);
	directory = directory_of(target);
	error = make_directories(directory);
	if (error < 0)
		return sentence(error, why, "write", path);
	file = replace_begin(draft, target, 0);
	if (file < 0)
		return cannot_write(file, path, why);
	draft->path = copy_text(path);
	error = write_all(file, text, length);
	if (close(file) < 0 && error == 0)
		error = -errno;
	if (error == 0)
		return 0;
	replace_drop(draft);
	return sentence(error, why, "write", path);
}

int draft_begin(struct draft *draft, const char *path, const char *text, size_t length,
	char **why)
{
	return begin_draft(draft, path, KEEP_CONTENT, text, length, why);
}

int draft_begin_image(struct draft *draft, const char *path, char **why)
{
	int error = begin_draft(draft, path, KEEP_HASH, "", 0, why);

	draft->only_hash = true;
	return error;
}

char *draft_path(const struct draft *draft)
{
	return copy_text(draft->temporary + strlen(root_directory));
}

int draft_finish(struct draft *draft, char **why)
{
	CLEANUP_FREE char *path = copy_text(draft->path);
	CLEANUP_FREE char *content = draft_path(draft);
	bool placed;
	int error = journal_after(
		path, content, draft->only_hash ? KEEP_HASH : KEEP_CONTENT, why);

	if (error < 0) {
		replace_drop(draft);
		return error;
	}
	error = replace_finish(draft, &placed);
	return error < 0 ? sentence(error, why,
				   placed ? "sync the directory of" : "write", path)
			 : 0;
}

void draft_drop(struct draft *draft)
{
	replace_drop(draft);
}

/* What the program has made of them, also where it failed. */
static int note_after(const char *const *paths, enum keep keep, char **why)
{
	int failed = 0;

	for (; *paths != NULL; paths++) {
		CLEANUP_FREE char *trouble = NULL;
		int error = journal_after(*paths, *paths, keep, &trouble);

		if (error < 0) {
			add_sentence(why, trouble);
			failed = error;
		}
	}
	return failed;
}

static int run_writer(const struct run *order, const char *const *paths, enum keep keep,
	struct run_result *result, char **why)
{
	CLEANUP_FREE char *trouble = NULL;
	int error, noted;

	for (size_t i = 0; paths[i] != NULL; i++) {
		error = pass_door(paths[i], keep, order->argv[0], why);
		if (error < 0)
			return error;
	}
	error = run_program_well(order, result, why);
	noted = note_after(paths, keep, error < 0 ? &trouble : why);
	if (error == 0 && noted < 0)
		run_free(result);
	return error < 0 ? error : noted;
}

int write_by(const struct run *order, const char *const *paths, struct run_result *result,
	char **why)
{
	return run_writer(order, paths, KEEP_CONTENT, result, why);
}

int write_image_by(
	const struct run *order, const char *path, struct run_result *result, char **why)
{
	return run_writer(
		order, (const char *const[]){path, NULL}, KEEP_HASH, result, why);
}

int write_settle(const char *path, char **why)
{
	CLEANUP_FREE char *real = NULL;
	int file, error;

	if (write_dry_run)
		return 0;
	error = root_resolve(path, &real);
	if (error == 0) {
		file = open(real, O_RDONLY | O_CLOEXEC);
		if (file < 0 || syncfs(file) < 0)
			error = -errno;
		if (file >= 0)
			close(file);
	}
	return error < 0 ? sentence(error, why, "sync the file system of", path) : 0;
}

int write_file(
	const char *path, const char *text, size_t length, bool *changed, char **why)
{
	CLEANUP_FREE char *old = NULL;
	struct draft draft;
	size_t old_length;
	int error = root_read(path, &old, &old_length);

	*changed = false;
	if (error == 0 && old_length == length && memcmp(old, text, length) == 0)
		return 0;
	if (write_dry_run) {
		*changed = true;
		return 0;
	}
	error = draft_begin(&draft, path, text, length, why);
	if (error == 0)
		error = draft_finish(&draft, why);
	*changed = error == 0;
	return error;
}

/* Removes what a file needed and nobody else uses: up to the directory `top`. */
static void remove_directories(const char *path, const char *top)
{
	CLEANUP_FREE char *directory = directory_of(path);

	while (strlen(directory) >= strlen(top)) {
		CLEANUP_FREE char *real = root_path(directory);
		char *slash = strrchr(directory, '/');

		if (rmdir(real) < 0 || slash == NULL)
			return;
		*slash = '\0';
	}
}

int write_remove(const char *path, bool *changed, char **why)
{
	CLEANUP_FREE char *real = NULL, *directory = NULL;
	int error = root_resolve(path, &real);
	struct stat old;

	*changed = false;
	if (error < 0)
		return sentence(error, why, "follow the symbolic links of", path);
	if (lstat(real, &old) < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : sentence(-errno, why, "look at", path);
	*changed = true;
	if (write_dry_run)
		return 0;
	error = pass_door(path, KEEP_CONTENT, NULL, why);
	if (error == 0)
		error = journal_removed(path, why);
	*changed = error == 0 && unlink(real) == 0;
	if (error < 0 || !*changed)
		return error < 0 ? error : sentence(-errno, why, "remove", path);
	directory = directory_of(real);
	error = sync_path(directory, O_DIRECTORY);
	return error < 0 ? sentence(error, why, "sync the directory of", path) : 0;
}

/* As a state of the journal has it: text, mode and owner. */
static int put_back(const char *path, const struct file_state *state, char **why)
{
	CLEANUP_FREE char *text = NULL;
	struct draft draft;
	size_t length;
	int error = content_read(state->hash, &text, &length);

	if (error < 0)
		return sentence(error, why, "find in the journal what was in", path);
	error = draft_begin(&draft, path, text, length, why);
	if (error < 0)
		return error;
	draft.mode = state->mode;
	draft.owned = true;
	draft.uid = state->uid;
	draft.gid = state->gid;
	return draft_finish(&draft, why);
}

int write_back(const char *path, const struct file_state *state, const char *directory,
	char **why)
{
	bool changed;
	int error;

	if (state->there)
		return put_back(path, state, why);
	error = write_remove(path, &changed, why);
	if (error == 0 && directory != NULL)
		remove_directories(path, directory);
	return error;
}

void write_clear_drafts(const char *path)
{
	CLEANUP_FREE char *target = NULL, *directory = NULL, *front = NULL;
	const char *below;
	char **names;

	if (write_dry_run || root_resolve(path, &target) < 0)
		return;
	directory = directory_of(target);
	front = draft_front(target);
	below = directory + strlen(root_directory);
	names = root_list(below[0] != '\0' ? below : "/");
	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *name = format_text("%s/%s", directory, names[i]);

		if (text_begins(names[i], front))
			unlink(name);
	}
	root_list_free(names);
}

/* UTC as the journal has it; 0 if it is none. */
static time_t time_of(const char *text)
{
	struct tm utc = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);

	return end != NULL && *end == '\0' ? timegm(&utc) : 0;
}

void write_clear_leftovers(const char *path, const char *since)
{
	/* update-initramfs has both, grub-mkconfig the first. */
	static const char *const ends[] = {".new", ".dpkg-bak"};
	CLEANUP_FREE char *target = NULL;
	time_t begun = time_of(since);

	if (write_dry_run || begun == 0 || root_resolve(path, &target) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		CLEANUP_FREE char *name = format_text("%s%s", target, ends[i]);
		struct stat status;

		if (lstat(name, &status) == 0 && S_ISREG(status.st_mode) &&
			status.st_ctime >= begun)
			unlink(name);
	}
}
