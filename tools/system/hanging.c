/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/system/hanging.h"
#include "tools/system/replace.h"
#include "tools/text/string.h"

enum { LIMIT = 1000 /* milliseconds */, DESCRIPTORS_MAX = 1024 };

/* What one read gives. */
struct answer {
	int error;
	size_t length;
	char text[4096]; /* sysfs has no more */
};

bool hanging_is_possible(const char *path, const char *real)
{
	CLEANUP_FREE char *directory = directory_of(real);
	CLEANUP_FREE char *driver = format_text("%s/driver", directory);
	struct stat status;

	return text_begins(path, "/sys/") &&
	       (text_ends(path, "/driver_override") || text_ends(path, "/uevent")) &&
	       lstat(driver, &status) < 0;
}

/* The child's side. It may stay for ever, and must keep nothing from ending: no lock, and
 * no pipe that somebody reads to its end. */
static void answer(const char *real, int to) __attribute__((noreturn));

static void answer(const char *real, int to)
{
	static struct answer answer;
	ssize_t got;
	int file;

	for (int other = 0; other < DESCRIPTORS_MAX; other++)
		if (other != to)
			close(other);
	file = open(real, O_RDONLY | O_CLOEXEC);
	got = file < 0 ? -1 : read(file, answer.text, sizeof(answer.text) - 1);
	answer.error = got < 0 ? -errno : 0;
	answer.length = got < 0 ? 0 : (size_t)got;
	_exit(write_all(to, (const char *)&answer, sizeof(answer)) < 0);
}

/* The whole answer, or -ETIMEDOUT. */
static int hear(int from, struct answer *answer)
{
	struct pollfd end = {.fd = from, .events = POLLIN};
	size_t used = 0;
	ssize_t got = 1;

	while (used < sizeof(*answer) && got > 0) {
		int ready = poll(&end, 1, LIMIT);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return -ETIMEDOUT;
		got = read(from, (char *)answer + used, sizeof(*answer) - used);
		used += got > 0 ? (size_t)got : 0;
	}
	return used == sizeof(*answer) ? answer->error : -EIO;
}

int hanging_read(const char *real, char **text, size_t *length)
{
	struct answer heard;
	int ends[2], error;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		answer(real, ends[1]);
	error = child < 0 ? -errno : 0;
	close(ends[1]);
	if (child > 0) {
		error = hear(ends[0], &heard);
		kill(child, SIGKILL);
		/* One that hangs cannot even be killed. */
		waitpid(child, NULL, error == -ETIMEDOUT ? WNOHANG : 0);
	}
	close(ends[0]);
	if (error < 0)
		return error;
	*text = format_text("%.*s", (int)heard.length, heard.text);
	if (length != NULL)
		*length = strlen(*text);
	return 0;
}
