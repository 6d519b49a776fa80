/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/follow.h"
#include "tools/system/hanging.h"
#include "tools/system/inside.h"
#include "tools/system/root.h"

enum { READ_MAX = 1 << 30 };

const char *root_directory = "";
void (*root_watch)(const char *path);

char *root_path(const char *path)
{
	if (root_watch != NULL)
		root_watch(path);
	return format_text("%s%s", root_directory, path);
}

int root_follow(const char *path, root_link_visitor *visit, void *data, char **place)
{
	return follow_links(root_directory, path, visit, data, place);
}

int root_resolve(const char *path, char **real)
{
	CLEANUP_FREE char *place = NULL;
	int error = root_follow(path, NULL, NULL, &place);

	if (error == 0)
		*real = format_text("%s%s", root_directory, place);
	return error;
}

/* The path to open: below --root its links are those of that system. */
static char *followed(const char *path)
{
	char *real = root_path(path);
	char *resolved;

	if (root_directory[0] == '\0' || root_resolve(path, &resolved) < 0)
		return real;
	free(real);
	return resolved;
}

int root_look_inside(const char *path)
{
	CLEANUP_FREE char *whole = root_path(path);
	size_t length = strlen(root_directory) + inside_root(path);
	CLEANUP_FREE char *root = format_text("%.*s", (int)length, whole);

	return inside_look(root, whole + length);
}

bool root_exists(const char *path)
{
	CLEANUP_FREE char *real = NULL;
	int there;

	if (inside_root(path) > 0) {
		there = root_look_inside(path);
		if (there >= 0)
			close(there);
		return there >= 0;
	}
	real = followed(path);
	return access(real, F_OK) == 0;
}

/* Only a regular file is read: to open another may already do something, or wait. The
 * descriptor or -errno. */
static int open_file(const char *real)
{
	struct stat status;
	int file;

	if (stat(real, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
	file = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return file < 0 ? -errno : file;
}

int read_whole(int file, size_t most, char **text, size_t *length)
{
	size_t size = 0, used = 0;
	char *buffer = NULL;
	ssize_t got;

	do {
		if (size - used < 2) {
			size = size == 0 ? 4096 : size * 2;
			buffer = allocate_more(buffer, size);
		}
		got = read(file, buffer + used, size - used - 1);
		if (got > 0)
			used += (size_t)got;
	} while ((got > 0 && used <= most) || (got < 0 && errno == EINTR));
	if (got != 0) {
		int error = got < 0 ? -errno : -EFBIG;

		free(buffer);
		return error;
	}
	buffer[used] = '\0';
	*text = buffer;
	if (length != NULL)
		*length = used;
	return 0;
}

int root_read(const char *path, char **text, size_t *length)
{
	CLEANUP_FREE char *real = NULL;
	int file, error;

	if (inside_root(path) > 0) {
		file = inside_open(root_look_inside(path));
	} else {
		real = followed(path);
		if (hanging_is_possible(path, real))
			return hanging_read(real, text, length);
		file = open_file(real);
	}
	if (file < 0)
		return file;
	error = read_whole(file, READ_MAX, text, length);
	close(file);
	return error;
}

int root_read_line(const char *path, char **text)
{
	size_t length;
	int error = root_read(path, text, &length);

	while (error == 0 && length > 0 && isspace((unsigned char)(*text)[length - 1]))
		(*text)[--length] = '\0';
	return error;
}

char *root_read_word(const char *path)
{
	char *text;

	return root_read_line(path, &text) < 0 ? NULL : text;
}

char *root_link(const char *path)
{
	CLEANUP_FREE char *real = root_path(path);

	return read_link(real);
}

char *root_link_name(const char *path)
{
	CLEANUP_FREE char *target = root_link(path);

	return target != NULL ? copy_text(path_name(target)) : NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static DIR *open_directory(const char *path)
{
	CLEANUP_FREE char *real = NULL;
	int there;

	if (inside_root(path) > 0) {
		there = root_look_inside(path);
		real = format_text("/proc/self/fd/%d", there);
	} else {
		there = -1;
		real = followed(path);
	}

	DIR *directory = opendir(real);

	if (there >= 0)
		close(there);
	return directory;
}

char **root_list(const char *path)
{
	DIR *directory = open_directory(path);
	struct dirent *entry;
	char **names = allocate_more(NULL, sizeof(*names));
	size_t count = 0;

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		names = allocate_more(names, (count + 2) * sizeof(*names));
		names[count++] = copy_text(entry->d_name);
	}
	if (directory != NULL)
		closedir(directory);
	names[count] = NULL;
	qsort(names, count, sizeof(*names), by_name);
	return names;
}

void root_list_free(char **names)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++)
		free(names[i]);
	free(names);
}

int root_list_error(const char *path)
{
	CLEANUP_FREE char *real = root_path(path);

	return access(real, R_OK | X_OK) < 0 && errno == EACCES ? -EACCES : 0;
}
