/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/text/string.h"
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
 * Every change of a file passes here before it is made, so that what will be changed can
 * be kept first. With --dry-run nothing passes.
 */
static int pass_door(const char *path, char **why)
{
	return write_dry_run ? sentence(-EROFS, why, "change, with --dry-run,", path) : 0;
}

int draft_begin(struct draft *draft, const char *path, const char *text, size_t length,
	char **why)
{
	CLEANUP_FREE char *target = NULL, *directory = NULL;
	int file, error = pass_door(path, why);

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

int draft_finish(struct draft *draft, char **why)
{
	CLEANUP_FREE char *path = copy_text(draft->path);
	bool placed;
	int error = replace_finish(draft, &placed);

	return error < 0 ? sentence(error, why,
				   placed ? "sync the directory of" : "write", path)
			 : 0;
}

void draft_drop(struct draft *draft)
{
	replace_drop(draft);
}

int write_by(const struct run *order, const char *const *paths, struct run_result *result,
	char **why)
{
	for (; *paths != NULL; paths++) {
		int error = pass_door(*paths, why);

		if (error < 0)
			return error;
	}
	return run_program_well(order, result, why);
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

int write_remove(const char *path, bool *changed, char **why)
{
	CLEANUP_FREE char *real = root_path(path);
	CLEANUP_FREE char *directory = directory_of(real);
	struct stat old;
	int error = 0;

	*changed = false;
	if (lstat(real, &old) < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : sentence(-errno, why, "look at", path);
	if (!write_dry_run) {
		error = pass_door(path, why);
		if (error < 0)
			return error;
		if (unlink(real) < 0)
			return sentence(-errno, why, "remove", path);
		error = sync_path(directory, O_DIRECTORY);
		if (error < 0)
			sentence(error, why, "sync the directory of", path);
	}
	*changed = true;
	return error;
}
