/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/system/inside.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/system/node.h"

static char type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFREG:
		return 'f';
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	default:
		return '?';
	}
}

/* The last line of NODE_TABLE about this path. */
static bool from_table(const char *table, const char *path, struct node *node)
{
	size_t length = strlen(path);
	bool found = false;

	for (const char *line = table; *line != '\0';) {
		unsigned int mode, uid, gid;
		bool here = strncmp(line, path, length) == 0 && line[length] == '\t';

		if (here && line[length + 1] == '-') {
			found = false;
		} else if (here && sscanf(line + length, " %c %u:%u %o %u %u %lld",
					   &node->type, &node->major, &node->minor, &mode,
					   &uid, &gid, &node->changed) == 7) {
			node->mode = mode & 07777;
			node->uid = uid;
			node->gid = gid;
			found = true;
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return found;
}

static int status_of(const char *path, struct stat *status)
{
	CLEANUP_FREE char *real = root_path(path);
	int there, error;

	if (inside_root(path) == 0)
		return stat(real, status) < 0 ? -errno : 0;
	there = root_look_inside(path);
	if (there < 0)
		return there;
	error = fstat(there, status) < 0 ? -errno : 0;
	close(there);
	return error;
}

int node_read(const char *path, struct node *node)
{
	CLEANUP_FREE char *table = NULL;
	struct stat status;
	int error;

	if (root_directory[0] != '\0' && root_read(NODE_TABLE, &table, NULL) == 0 &&
		from_table(table, path, node))
		return 0;
	error = status_of(path, &status);
	if (error < 0)
		return error;
	*node = (struct node){
		.type = type_of(status.st_mode),
		.major = major(status.st_rdev),
		.minor = minor(status.st_rdev),
		.mode = status.st_mode & 07777,
		.uid = status.st_uid,
		.gid = status.st_gid,
		.changed = status.st_ctime,
	};
	return 0;
}
