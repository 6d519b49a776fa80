/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/lock.h"
#include "tools/system/root.h"

#define RUN "/run"
#define DIRECTORY RUN "/vfio-early"

enum { TICK = 50 /* milliseconds */ };

static int make_directory(const char *path)
{
	CLEANUP_FREE char *real = NULL;
	int error = root_resolve(path, &real);

	if (error == 0 && mkdir(real, 0755) < 0 && errno != EEXIST)
		error = -errno;
	return error;
}

static int open_lock(const char *path)
{
	CLEANUP_FREE char *real = NULL;
	int error = make_directory(RUN);
	int file;

	if (error == 0)
		error = make_directory(DIRECTORY);
	if (error == 0)
		error = root_resolve(path, &real);
	if (error < 0)
		return error;
	/* Nobody else may open it: who can open it can hold it. */
	file = open(real, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return file < 0 ? -errno : file;
}

/* 0, or -EWOULDBLOCK when the time is over. */
static int wait_for(int file, unsigned int seconds)
{
	const struct timespec tick = {.tv_nsec = TICK * 1000000L};

	for (unsigned int left = seconds * 1000 / TICK;; left--) {
		if (flock(file, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK || left == 0)
			return -errno;
		nanosleep(&tick, NULL);
	}
}

/* " (pid 123, enable)", as the holder wrote it; "" if it has not yet. malloc'ed. */
static char *holder_of(int file)
{
	char text[64];
	ssize_t length = pread(file, text, sizeof(text) - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	return text[strcspn(text, "\n")] == '\n'
		       ? format_text(" (%.*s)", (int)strcspn(text, "\n"), text)
		       : copy_text("");
}

/* For the sentence of those who wait; without it they get the shorter one. */
static void write_holder(int file, const char *who)
{
	CLEANUP_FREE char *text = format_text("pid %ld, %s\n", (long)getpid(), who);

	if (ftruncate(file, 0) == 0 && write(file, text, strlen(text)) < 0)
		return;
}

int lock_take(
	const char *name, const char *who, unsigned int seconds, int *lock, char **why)
{
	CLEANUP_FREE char *path = format_text(DIRECTORY "/%s", name);
	CLEANUP_FREE char *holder = NULL;
	int file = open_lock(path);
	int error = file < 0 ? file : wait_for(file, seconds);

	*lock = -1;
	if (error == 0) {
		write_holder(file, who);
		*lock = file;
		return 0;
	}
	if (error == -EWOULDBLOCK) {
		holder = holder_of(file);
		*why = format_text(
			"another vfio-early%s is running; wait for it to end", holder);
		error = -EBUSY;
	} else {
		*why = format_text(
			"cannot lock %s%s: %s", root_directory, path, strerror(-error));
	}
	if (file >= 0)
		close(file);
	return error;
}

void lock_drop(int lock)
{
	if (lock >= 0)
		close(lock);
}
