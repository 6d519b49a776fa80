/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/system/input.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

enum { READ_MAX = 1 << 30 };

static bool is_stream(int file)
{
	struct stat status;

	return fstat(file, &status) == 0 &&
	       (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(file));
}

static int read_input(
	const char *path, bool streams_only, char **text, size_t *length, char **why)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int error = file < 0 ? -errno : 0;

	*text = NULL;
	if (error == 0 && (!streams_only || is_stream(file)))
		error = read_whole(file, READ_MAX, text, length);
	if (file >= 0)
		close(file);
	if (error < 0)
		*why = format_text("%s cannot be read: %s", path, strerror(-error));
	return error;
}

int input_read(const char *path, char **text, size_t *length, char **why)
{
	return read_input(path, false, text, length, why);
}

int input_read_stream(const char *path, char **text, size_t *length, char **why)
{
	return read_input(path, true, text, length, why);
}
