/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/system/follow.h"
#include "tools/system/inside.h"
#include "tools/text/string.h"

/* A list of groups, a configuration: nothing that is read there is larger. */
enum { FILE_MAX = 4 * 1024 * 1024, TRIES = 16 };

size_t inside_root(const char *path)
{
	static const char front[] = "/proc/", end[] = "/root/";
	size_t digits;

	if (!text_begins(path, front))
		return 0;
	digits = strspn(path + strlen(front), "0123456789");
	if (digits == 0 || !text_begins(path + strlen(front) + digits, end))
		return 0;
	return strlen(front) + digits + strlen(end) - 1;
}

/* Without openat2 (Linux 5.6), or where a sandbox forbids it: who changes links in this
 * very moment can still lead it astray, but what they say for long cannot. */
static int look_by_names(const char *root, const char *rest)
{
	CLEANUP_FREE char *place = NULL, *real = NULL;
	int error = follow_links(root, rest, NULL, NULL, &place);
	int file;

	if (error < 0)
		return error;
	real = format_text("%s%s", root, place);
	file = open(real, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return file < 0 ? -errno : file;
}

static int look_below(int root, const char *rest)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	int file = -1;

	/* EAGAIN: something was renamed meanwhile, so that ".." is not certain. */
	for (int i = 0; i < TRIES && file < 0 && (i == 0 || errno == EAGAIN); i++)
		file = (int)syscall(SYS_openat2, root, rest, &how, sizeof(how));
	return file < 0 ? -errno : file;
}

int inside_look(const char *root, const char *path)
{
	int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), file;

	if (directory < 0)
		return -errno;
	file = look_below(directory, path);
	close(directory);
	return file == -ENOSYS || file == -EPERM ? look_by_names(root, path) : file;
}

int inside_open(int there)
{
	struct stat status;
	int file = -EINVAL;

	if (there < 0)
		return there;
	if (fstat(there, &status) < 0)
		file = -errno;
	else if (S_ISDIR(status.st_mode))
		file = -EISDIR;
	else if (S_ISREG(status.st_mode) && status.st_size > FILE_MAX)
		file = -EFBIG;
	else if (S_ISREG(status.st_mode)) {
		CLEANUP_FREE char *again = format_text("/proc/self/fd/%d", there);

		file = open(again, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		file = file < 0 ? -errno : file;
	}
	close(there);
	return file;
}
