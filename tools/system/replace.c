/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/system/replace.h"
#include "tools/text/string.h"

enum { PERMISSIONS = 07777, NEW_FILE = 0644 };

char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return copy_text(".");
	return format_text("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

int sync_path(const char *path, int flags)
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

int write_all(int file, const char *text, size_t length)
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

/* Notes what the new file is to have of the old one. */
static int look_at_old(struct draft *draft, mode_t mode)
{
	struct stat old;

	draft->mode = mode != 0 ? mode : NEW_FILE;
	if (lstat(draft->target, &old) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(old.st_mode))
		return -EISDIR;
	if (!S_ISREG(old.st_mode))
		return -EINVAL;
	if (mode == 0) {
		draft->mode = old.st_mode & PERMISSIONS;
		draft->owned = true;
		draft->uid = old.st_uid;
		draft->gid = old.st_gid;
	}
	return 0;
}

/* The dot keeps it from directories whose files are all read, as /etc/grub.d. */
char *draft_front(const char *target)
{
	return format_text(".%s.vfio-early.", path_name(target));
}

int replace_begin(struct draft *draft, const char *target, mode_t mode)
{
	CLEANUP_FREE char *directory = directory_of(target);
	int error, file;

	*draft = (struct draft){.target = copy_text(target)};
	error = look_at_old(draft, mode);
	if (error == 0) {
		CLEANUP_FREE char *front = draft_front(target);

		draft->temporary = format_text("%s/%sXXXXXX", directory, front);
		/* 0600, whatever the umask */
		file = mkostemp(draft->temporary, O_CLOEXEC);
		if (file >= 0)
			return file;
		error = -errno;
		free(draft->temporary);
		draft->temporary = NULL;
	}
	replace_drop(draft);
	return error;
}

/* Gives it its mode and owner: a program that wrote the draft may have made a new file.
 */
static int settle_mode(const struct draft *draft, int file)
{
	struct stat new;

	if (fstat(file, &new) < 0)
		return -errno;
	if (draft->owned && (new.st_uid != draft->uid || new.st_gid != draft->gid)) {
		if (fchown(file, draft->uid, draft->gid) < 0)
			return -errno;
		new.st_mode &= ~(mode_t)PERMISSIONS;
	}
	/* EPERM for the owner: FAT, which has one mode for all its files. */
	if ((new.st_mode &PERMISSIONS) != draft->mode && fchmod(file, draft->mode) < 0 &&
		errno != EPERM)
		return -errno;
	return 0;
}

static int finish_draft(const struct draft *draft)
{
	int file = open(draft->temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int error;

	if (file < 0)
		return -errno;
	error = settle_mode(draft, file);
	if (error == 0 && fsync(file) < 0)
		error = -errno;
	close(file);
	if (error == 0 && rename(draft->temporary, draft->target) < 0)
		error = -errno;
	return error;
}

int replace_finish(struct draft *draft, bool *placed)
{
	CLEANUP_FREE char *directory = directory_of(draft->target);
	int error = finish_draft(draft);

	*placed = error == 0;
	if (error == 0) {
		free(draft->temporary);
		draft->temporary = NULL;
		error = sync_path(directory, O_DIRECTORY);
	}
	replace_drop(draft);
	return error;
}

void replace_drop(struct draft *draft)
{
	if (draft->temporary != NULL)
		unlink(draft->temporary);
	free(draft->temporary);
	free(draft->target);
	free(draft->path);
	*draft = (struct draft){0};
}
