/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tools/system/journal-file.h"
#include "tools/system/journal-read.h"
#include "tools/system/replace.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

#define STATE "/var/lib"

/* What the rest of a command may need: without so much none is begun. */
enum { ROOM = 1024 * 1024, KIB = 1024 };

static int cannot(int error, char **why)
{
	*why = format_text("cannot keep the journal in %s" JOURNAL_DIRECTORY ": %s",
		root_directory, strerror(-error));
	return error;
}

/* Makes its directory, but none above it: a /var that is not mounted is not hidden. */
static int make_directory(char **why)
{
	CLEANUP_FREE char *state = NULL, *real = NULL;
	int error = root_resolve(STATE, &state);

	if (error == 0)
		error = root_resolve(JOURNAL_DIRECTORY, &real);
	if (error < 0)
		return cannot(error, why);
	if (!root_exists(STATE)) {
		*why = format_text("there is no %s" STATE " for the journal: is the file "
				   "system of /var mounted?",
			root_directory);
		return -ENOENT;
	}
	if (mkdir(real, 0755) == 0)
		error = chmod(real, 0755) < 0 ? -errno : sync_path(state, O_DIRECTORY);
	else if (errno != EEXIST)
		error = -errno;
	return error < 0 ? cannot(error, why) : 0;
}

static int check_room(int file, char **why)
{
	struct statvfs filesystem;

	if (fstatvfs(file, &filesystem) < 0)
		return cannot(-errno, why);
	if (filesystem.f_blocks == 0 ||
		(unsigned long long)filesystem.f_bavail * filesystem.f_frsize >= ROOM)
		return 0;
	*why = format_text("the journal in %s" JOURNAL_DIRECTORY
			   " wants %d KiB of room, and its disk has %llu KiB left",
		root_directory, ROOM / KIB,
		(unsigned long long)filesystem.f_bavail * filesystem.f_frsize / KIB);
	return -ENOSPC;
}

/* The journal, locked: opened anew if somebody replaced it meanwhile. The file or -errno.
 */
static int open_locked(const char *real, int flags)
{
	for (;;) {
		int file = open(real, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0644);
		struct stat ours, there;

		if (file < 0 || flock(file, LOCK_EX) < 0 || fstat(file, &ours) < 0) {
			int error = -errno;

			if (file >= 0)
				close(file);
			return error;
		}
		if (stat(real, &there) == 0 && there.st_ino == ours.st_ino &&
			there.st_dev == ours.st_dev)
			return file;
		close(file);
	}
}

/* Where the last whole line ends; half a line is short. -errno. */
static off_t find_end(int file)
{
	char buffer[512];
	off_t end = lseek(file, 0, SEEK_END);

	while (end > 0) {
		off_t from =
			end > (off_t)sizeof(buffer) ? end - (off_t)sizeof(buffer) : 0;
		ssize_t got = pread(file, buffer, (size_t)(end - from), from);
		const char *newline;

		if (got < end - from)
			return got < 0 ? -errno : -EIO;
		newline = memrchr(buffer, '\n', (size_t)got);
		if (newline != NULL)
			return from + (newline - buffer) + 1;
		end = from;
	}
	return end < 0 ? -errno : 0;
}

static int add_line(int file, const char *line)
{
	off_t end = find_end(file);
	int error;

	if (end < 0)
		return (int)end;
	if (ftruncate(file, end) < 0 || lseek(file, end, SEEK_SET) < 0)
		return -errno;
	error = write_all(file, line, strlen(line));
	if (error == 0 && fsync(file) < 0)
		error = -errno;
	/* Half a line would be no record; and of a whole one nobody knows. */
	if (error < 0 && ftruncate(file, end) < 0)
		return error;
	return error;
}

int journal_file_add(const json_t *record, char **why)
{
	CLEANUP_FREE char *text = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
	CLEANUP_FREE char *line = NULL, *real = NULL, *directory = NULL;
	int file, error = make_directory(why);

	if (error < 0)
		return error;
	if (text == NULL)
		return cannot(-EINVAL, why);
	line = format_text("%s\n", text);
	error = root_resolve(JOURNAL_PATH, &real);
	if (error < 0)
		return cannot(error, why);
	directory = directory_of(real);
	file = open_locked(real, O_CREAT);
	if (file < 0)
		return cannot(file, why);
	/* The command's first line: what it will need is asked for before it begins. */
	if (json_object_get(record, "begin") != NULL)
		error = check_room(file, why);
	/* For all to read, whatever the umask: it says what is unfinished. The copies are
	 * for root. */
	if (error == 0 && fchmod(file, 0644) < 0)
		error = cannot(-errno, why);
	if (error == 0) {
		error = add_line(file, line);
		if (error == 0)
			error = sync_path(directory, O_DIRECTORY);
		if (error < 0)
			cannot(error, why);
	}
	close(file);
	return error;
}

int journal_file_replace(char *(*make)(void))
{
	CLEANUP_FREE char *real = NULL, *text = NULL;
	struct draft draft;
	bool placed;
	int old, file, error = root_resolve(JOURNAL_PATH, &real);

	if (error < 0)
		return error;
	old = open_locked(real, 0);
	if (old < 0)
		return old;
	text = make();
	file = text != NULL ? replace_begin(&draft, real, 0644) : -ECANCELED;
	if (file >= 0) {
		error = write_all(file, text, strlen(text));
		close(file);
		if (error == 0)
			error = replace_finish(&draft, &placed);
		else
			replace_drop(&draft);
	}
	close(old);
	return file < 0 && text != NULL ? file : error;
}
