/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/diagnose/output.h"

int output_begin(struct output *output, const char *path, char **why)
{
	int file, error;

	*output = (struct output){
		.path = copy_text(path),
		.temporary = format_text("%s.XXXXXX", path),
	};
	/* 0600, whatever the umask */
	file = mkostemp(output->temporary, O_CLOEXEC);
	if (file >= 0)
		output->to = fdopen(file, "w");
	if (output->to != NULL)
		return 0;
	error = -errno;
	*why = format_text("%s cannot be written: %s", path, strerror(-error));
	if (file >= 0) {
		close(file);
		unlink(output->temporary);
	}
	free(output->path);
	free(output->temporary);
	return error;
}

/* The directory's entry must be on the disk too. */
static void sync_directory(const char *path)
{
	CLEANUP_FREE char *directory = copy_text(path);
	char *slash = strrchr(directory, '/');
	int file;

	if (slash != NULL)
		slash[slash == directory] = '\0';
	file = open(slash != NULL ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return;
	fsync(file);
	close(file);
}

int output_finish(struct output *output, mode_t mode, char **why)
{
	int error = 0;

	if (fflush(output->to) != 0 || ferror(output->to) ||
		fchmod(fileno(output->to), mode) < 0 || fsync(fileno(output->to)) < 0)
		error = errno != 0 ? -errno : -EIO;
	if (fclose(output->to) != 0 && error == 0)
		error = -errno;
	if (error == 0 && rename(output->temporary, output->path) < 0)
		error = -errno;
	if (error == 0) {
		sync_directory(output->path);
	} else {
		*why = format_text(
			"%s cannot be written: %s", output->path, strerror(-error));
		unlink(output->temporary);
	}
	free(output->path);
	free(output->temporary);
	return error;
}
