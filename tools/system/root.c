/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/root.h"

enum { LINKS_MAX = 40 };

const char *root_directory = "";
void (*root_watch)(const char *path);

char *root_path(const char *path)
{
	if (root_watch != NULL)
		root_watch(path);
	return format_text("%s%s", root_directory, path);
}

int root_resolve(const char *path, char **real)
{
	CLEANUP_FREE char *rest = copy_text(path);
	CLEANUP_FREE char *done = copy_text("");
	unsigned int links = 0;

	for (;;) {
		CLEANUP_FREE char *name = NULL, *here = NULL, *below = NULL;
		char target[PATH_MAX];
		size_t skip = strspn(rest, "/");
		size_t length = strcspn(rest + skip, "/");
		char *new_done, *new_rest;
		ssize_t got;

		if (length == 0)
			break;
		name = format_text("%.*s", (int)length, rest + skip);
		new_rest = copy_text(rest + skip + length);
		free(rest);
		rest = new_rest;
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			char *slash = strrchr(done, '/');

			if (slash != NULL)
				*slash = '\0';
			continue;
		}
		below = format_text("%s/%s", done, name);
		here = format_text("%s%s", root_directory, below);
		got = readlink(here, target, sizeof(target) - 1);
		if (got < 0) {
			new_done = copy_text(below);
		} else {
			target[got] = '\0';
			if (++links > LINKS_MAX)
				return -ELOOP;
			new_rest = format_text("%s/%s", target, rest);
			free(rest);
			rest = new_rest;
			new_done = copy_text(target[0] == '/' ? "" : done);
		}
		free(done);
		done = new_done;
	}
	*real = format_text("%s%s", root_directory, done);
	return 0;
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

bool root_exists(const char *path)
{
	CLEANUP_FREE char *real = followed(path);

	return access(real, F_OK) == 0;
}

int root_read(const char *path, char **text, size_t *length)
{
	CLEANUP_FREE char *real = followed(path);
	int file = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t size = 0, used = 0;
	char *buffer = NULL;
	ssize_t got;

	if (file < 0)
		return -errno;
	do {
		if (size - used < 2) {
			size = size == 0 ? 4096 : size * 2;
			buffer = allocate_more(buffer, size);
		}
		got = read(file, buffer + used, size - used - 1);
		if (got > 0)
			used += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		int error = -errno;

		free(buffer);
		close(file);
		return error;
	}
	close(file);
	buffer[used] = '\0';
	*text = buffer;
	if (length != NULL)
		*length = used;
	return 0;
}

char *root_read_word(const char *path)
{
	size_t length;
	char *text;

	if (root_read(path, &text, &length) < 0)
		return NULL;
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

char *root_link_name(const char *path)
{
	CLEANUP_FREE char *real = root_path(path);
	char target[PATH_MAX];
	ssize_t length = readlink(real, target, sizeof(target) - 1);
	char *slash;

	if (length < 0)
		return NULL;
	target[length] = '\0';
	slash = strrchr(target, '/');
	return copy_text(slash != NULL ? slash + 1 : target);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **root_list(const char *path)
{
	CLEANUP_FREE char *real = followed(path);
	DIR *directory = opendir(real);
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
