/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/system/write.h"

bool write_dry_run;

static int sentence(int error, char **why, const char *doing, const char *path)
{
	*why = format_text(
		"cannot %s %s%s: %s", doing, root_directory, path, strerror(-error));
	return error;
}

static char *directory_of(const char *real)
{
	const char *slash = strrchr(real, '/');

	if (slash == NULL)
		return copy_text(".");
	return format_text("%.*s", slash == real ? 1 : (int)(slash - real), real);
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

static int sync_path(const char *path, int flags)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | flags);
	int error = 0;

	if (file < 0)
		return -errno;
	/* EINVAL: this file system has no syncing of directories. */
	if (fsync(file) < 0 && errno != EINVAL)
		error = -errno;
	close(file);
	return error;
}

/* Gives the draft the mode and owner of what it will replace. */
static int take_over(int file, const char *target)
{
	struct stat old, new;

	if (stat(target, &old) < 0)
		return fchmod(file, 0644) < 0 ? -errno : 0;
	if (!S_ISREG(old.st_mode))
		return -EINVAL;
	if (fstat(file, &new) < 0)
		return -errno;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
		fchown(file, old.st_uid, old.st_gid) < 0)
		return -errno;
	/* FAT has one mode for all its files, and refuses others. */
	if (((old.st_mode ^ new.st_mode) & 07777) != 0 &&
		fchmod(file, old.st_mode & 07777) < 0)
		return -errno;
	return 0;
}

static int write_all(int file, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(file, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}

int draft_begin(struct draft *draft, const char *path, const char *text, size_t length,
	char **why)
{
	CLEANUP_FREE char *directory = NULL;
	const char *name;
	int file, error;

	*draft = (struct draft){0};
	error = root_resolve(path, &draft->target);
	if (error < 0)
		return sentence(error, why, "follow the symbolic links of", path);
	directory = directory_of(draft->target);
	error = make_directories(directory);
	if (error < 0)
		goto fail;
	name = strrchr(draft->target, '/') + 1;
	/* The dot keeps it from directories whose files are all read, as /etc/grub.d. */
	draft->temporary = format_text("%s/.%s.vfio-early.XXXXXX", directory, name);
	file = mkostemp(draft->temporary, O_CLOEXEC);
	if (file < 0) {
		error = -errno;
		goto fail;
	}
	draft->path = copy_text(path);
	error = take_over(file, draft->target);
	if (error == 0)
		error = write_all(file, text, length);
	if (close(file) < 0 && error == 0)
		error = -errno;
	if (error == 0)
		return 0;
	draft_drop(draft);
	return sentence(error, why, "write", path);
fail:
	free(draft->temporary);
	free(draft->target);
	*draft = (struct draft){0};
	return sentence(error, why, "write", path);
}

int draft_finish(struct draft *draft, char **why)
{
	CLEANUP_FREE char *directory = directory_of(draft->target);
	int error = sync_path(draft->temporary, 0);

	if (error == 0 && rename(draft->temporary, draft->target) < 0)
		error = -errno;
	if (error < 0) {
		sentence(error, why, "write", draft->path);
		draft_drop(draft);
		return error;
	}
	free(draft->temporary);
	draft->temporary = NULL;
	error = sync_path(directory, O_DIRECTORY);
	if (error < 0)
		sentence(error, why, "sync the directory of", draft->path);
	draft_drop(draft);
	return error;
}

void draft_drop(struct draft *draft)
{
	if (draft->temporary != NULL)
		unlink(draft->temporary);
	free(draft->temporary);
	free(draft->target);
	free(draft->path);
	*draft = (struct draft){0};
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
		if (unlink(real) < 0)
			return sentence(-errno, why, "remove", path);
		error = sync_path(directory, O_DIRECTORY);
		if (error < 0)
			sentence(error, why, "sync the directory of", path);
	}
	*changed = true;
	return error;
}
