/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A manifest becomes files, below one directory and nowhere else. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/diagnose/capture/manifest.h"
#include "tools/diagnose/capture/unpack.h"
#include "tools/system/node.h"

/* Opens a path as if `root` were "/": no symbolic link leads out of it. */
static int open_inside(int root, const char *path, int flags, mode_t mode, bool links)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)(flags | O_CLOEXEC),
		.mode = mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
			   (links ? 0 : RESOLVE_NO_SYMLINKS),
	};
	long file = syscall(SYS_openat2, root, path, &how, sizeof(how));

	return file < 0 ? -errno : (int)file;
}

/*
 * Opens the directory that the last piece of the path is in, made where it is missing;
 * `*name` is that piece. -errno if it cannot.
 */
static int open_parent(int root, const char *path, const char **name, bool links)
{
	CLEANUP_FREE char *front = copy_text(path + 1);
	int directory;

	*name = strrchr(path, '/') + 1;
	for (size_t i = 0; i + 1 < (size_t)(*name - path); i++) {
		int above;
		char *piece;

		if (front[i] != '/')
			continue;
		front[i] = '\0';
		directory = open_inside(root, front, O_PATH | O_DIRECTORY, 0, links);
		if (directory == -ENOENT) {
			piece = strrchr(front, '/');
			if (piece != NULL)
				*piece = '\0';
			above = open_inside(root, piece != NULL ? front : ".",
				O_PATH | O_DIRECTORY, 0, links);
			if (piece != NULL)
				*piece = '/';
			directory = above < 0 ? above
				    : mkdirat(above, piece != NULL ? piece + 1 : front,
					      0755) < 0
					    ? -errno
					    : 0;
			if (above >= 0)
				close(above);
		} else if (directory >= 0) {
			close(directory);
		}
		if (directory < 0)
			return directory;
		front[i] = '/';
	}
	front[*name - path - 1] = '\0';
	return open_inside(
		root, front[0] != '\0' ? front : ".", O_PATH | O_DIRECTORY, 0, links);
}

/* Removes a file, a link or a directory with all that is in it. */
static int remove_tree(int directory, const char *name)
{
	int inside;
	DIR *list;
	struct dirent *entry;

	if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
		return 0;
	inside = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (inside < 0)
		return -errno;
	list = fdopendir(inside);
	if (list == NULL) {
		close(inside);
		return -ENOMEM;
	}
	while ((entry = readdir(list)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_tree(dirfd(list), entry->d_name);
	closedir(list);
	return unlinkat(directory, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static int write_bytes(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t put = write(file, bytes, length);

		if (put < 0)
			return -errno;
		bytes += put;
		length -= (size_t)put;
	}
	return 0;
}

static int make_file(int directory, const char *name, const struct manifest_entry *entry)
{
	int file, error;

	error = remove_tree(directory, name);
	if (error < 0)
		return error;
	file = openat(directory, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (file < 0)
		return -errno;
	error = write_bytes(file, entry->content, entry->length);
	close(file);
	return error;
}

/*
 * The target that stays below the directory: ".." at its front only, as often as the path
 * is deep, and an absolute one made relative. NULL if it leads out.
 */
static char *inside_target(const struct manifest_entry *entry)
{
	const char *target = entry->content, *at;
	size_t depth = 0, up = 0;
	char *result;

	for (at = entry->path + 1; *at != '\0'; at++)
		depth += *at == '/';
	if (strlen(target) != entry->length || target[0] == '\0')
		return NULL;
	if (target[0] == '/') {
		result = copy_text("");
		for (size_t i = 0; i < depth; i++)
			text_append(&result, "../");
		text_append(&result, "%s", target + strspn(target, "/"));
	} else {
		result = copy_text(target);
	}
	for (at = result; text_begins(at, "../"); at += 3)
		up++;
	if (up <= depth && manifest_link_is_plain(result))
		return result;
	free(result);
	return NULL;
}

static int make_link(int directory, const char *name, const struct manifest_entry *entry)
{
	CLEANUP_FREE char *target = inside_target(entry);
	int error;

	if (target == NULL)
		return -EXDEV;
	error = remove_tree(directory, name);
	if (error < 0)
		return error;
	return symlinkat(target, directory, name) < 0 ? -errno : 0;
}

/* Adds a line to the table of what stat would say; the last one about a path counts. */
static int add_node(int root, const struct manifest_entry *entry, const char *content)
{
	CLEANUP_FREE char *line = NULL;
	int file, error;

	if (strlen(entry->content) != entry->length)
		return -EINVAL;
	line = format_text("%s\t%s\n", entry->path, content);
	file = open_inside(root, &NODE_TABLE[1],
		O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0644, false);
	if (file < 0)
		return file;
	error = write_bytes(file, line, strlen(line));
	close(file);
	return error;
}

static int make(int root, const struct manifest_entry *entry)
{
	const char *name;
	int directory, error;

	if (entry->type == 'n')
		return add_node(root, entry, entry->content);
	if (entry->type == 'x' && (error = add_node(root, entry, "-")) < 0)
		return error;
	directory = open_parent(root, entry->path, &name, entry->type != 'l');
	if (directory < 0)
		return directory;
	switch (entry->type) {
	case 'l':
		error = make_link(directory, name, entry);
		break;
	case 'd':
		error = mkdirat(directory, name, 0755) < 0 && errno != EEXIST ? -errno
									      : 0;
		break;
	case 'x':
		error = remove_tree(directory, name);
		break;
	default:
		error = make_file(directory, name, entry);
	}
	close(directory);
	return error;
}

int manifest_unpack(struct span text, const char *directory, char **why)
{
	struct manifest manifest = manifest_read(text);
	struct manifest_entry entry;
	const char *fault;
	int root, error = 0, got;

	if (mkdir(directory, 0755) < 0 && errno != EEXIST) {
		error = -errno;
		*why = format_text("cannot make %s: %s", directory, strerror(errno));
		return error;
	}
	root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		error = -errno;
		*why = format_text("cannot open %s: %s", directory, strerror(errno));
		return error;
	}
	while (error == 0 && (got = manifest_next(&manifest, &entry, &fault)) != 0) {
		if (got < 0) {
			error = -EINVAL;
			*why = format_text("line %u: %s", manifest.line, fault);
			break;
		}
		error = make(root, &entry);
		if (error < 0)
			*why = format_text("line %u: %s: %s", manifest.line, entry.path,
				error == -EXDEV ? "the link leads out of the directory"
						: strerror(-error));
		manifest_entry_free(&entry);
	}
	close(root);
	return error;
}
