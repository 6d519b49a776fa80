/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/system/output.h"
#include "tools/text/string.h"

/* Descriptors that whoever started us may have opened: a shell's are below 64. */
enum { GIVEN_DESCRIPTORS = 64 };

static int cannot(int error, const char *path, char **why)
{
	*why = error == -ENOTBLK
		       ? format_text("%s is a disk: it is not written over", path)
		       : format_text("%s cannot be written: %s", path, strerror(-error));
	return error;
}

/* The descriptor by which we were given this very file to write to, or -1: `>>log` and
 * --output /dev/stdout. */
static int find_given(const struct stat *wanted)
{
	for (int file = STDOUT_FILENO; file < GIVEN_DESCRIPTORS; file++) {
		int flags = fcntl(file, F_GETFL);
		struct stat status;

		if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY &&
			fstat(file, &status) == 0 && status.st_dev == wanted->st_dev &&
			status.st_ino == wanted->st_ino)
			return file;
	}
	return -1;
}

/* The open file, or -errno. */
static int open_for(struct output *output, mode_t mode)
{
	CLEANUP_FREE char *target = NULL;
	struct stat status;
	int given;

	if (stat(output->path, &status) < 0) {
		/* A link that leads nowhere: there it would have to be made. */
		if (errno != ENOENT || lstat(output->path, &status) == 0)
			return -errno;
		output->replaces = true;
		return replace_begin(&output->draft, output->path, mode);
	}
	given = find_given(&status);
	if (given >= 0)
		return fcntl(given, F_DUPFD_CLOEXEC, 0);
	if (S_ISBLK(status.st_mode))
		return -ENOTBLK;
	if (!S_ISREG(status.st_mode))
		return open(output->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	target = realpath(output->path, NULL);
	if (target == NULL)
		return -errno;
	output->replaces = true;
	return replace_begin(&output->draft, target, mode);
}

int output_begin(struct output *output, const char *path, mode_t mode, char **why)
{
	int file, error;

	*output = (struct output){.path = copy_text(path)};
	file = open_for(output, mode);
	error = file < 0 ? file : 0;
	if (file >= 0) {
		output->to = fdopen(file, "w");
		if (output->to != NULL)
			return 0;
		error = -errno;
		close(file);
	}
	replace_drop(&output->draft);
	cannot(error, path, why);
	free(output->path);
	return error;
}

int output_finish(struct output *output, char **why)
{
	bool placed;
	int error = 0;

	if (fflush(output->to) != 0 || ferror(output->to))
		error = errno != 0 ? -errno : -EIO;
	if (fclose(output->to) != 0 && error == 0)
		error = -errno;
	if (error == 0 && output->replaces) {
		error = replace_finish(&output->draft, &placed);
		/* It is there; that it is on the disk, too, can wait. */
		error = placed ? 0 : error;
	}
	replace_drop(&output->draft);
	if (error < 0)
		cannot(error, output->path, why);
	free(output->path);
	return error;
}
