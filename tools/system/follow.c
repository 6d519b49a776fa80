/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/system/follow.h"
#include "tools/text/string.h"

enum { LINKS_MAX = 40 };

char *read_link(const char *real)
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

int follow_links(const char *root, const char *path, root_link_visitor *visit, void *data,
	char **place)
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
		real = format_text("%s%s", root, here);
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
