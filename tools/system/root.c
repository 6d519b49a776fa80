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

/* The target of a link as the C library takes it; NULL: it is none. malloc'ed. */
static char *read_link(const char *real)
{
	char target[PATH_MAX];
	ssize_t length = readlink(real, target, sizeof(target) - 1);

	return length < 0 ? NULL : format_text("%.*s", (int)length, target);
}

static void replace_text(char **text, char *by)
{
	free(*text);
	*text = by;
}

/* Takes the first name off a path. malloc'ed; NULL: there is none. */
static char *take_name(char **rest)
{
	const char *at = *rest + strspn(*rest, "/");
	size_t length = strcspn(at, "/");
	char *name;

	if (length == 0)
		return NULL;
	name = format_text("%.*s", (int)length, at);
	replace_text(rest, copy_text(at + length));
	return name;
}

static void go_up(char *place)
{
	char *slash = strrchr(place, '/');

	if (slash != NULL)
		*slash = '\0';
}

int root_follow(const char *path, root_link_visitor *visit, void *data, char **place)
{
	CLEANUP_FREE char *rest = copy_text(path);
	CLEANUP_FREE char *done = copy_text("");
	unsigned int links = 0;

	for (;;) {
		CLEANUP_FREE char *name = take_name(&rest);
		CLEANUP_FREE char *here = NULL, *real = NULL, *target = NULL;

		if (name == NULL)
			break;
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			go_up(done);
			continue;
		}
		here = format_text("%s/%s", done, name);
		real = format_text("%s%s", root_directory, here);
		target = read_link(real);
		if (target == NULL) {
			replace_text(&done, copy_text(here));
			continue;
		}
		if (++links > LINKS_MAX)
			return -ELOOP;
		if (visit != NULL)
			visit(here, target, data);
		replace_text(&rest, format_text("%s/%s", target, rest));
		if (target[0] == '/')
			done[0] = '\0';
	}
	*place = copy_text(done);
	return 0;
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
