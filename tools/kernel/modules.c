/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/kernel/modules.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

char *modules_running(void)
{
	char *release = root_read_word("/proc/sys/kernel/osrelease");

	return release != NULL ? release : copy_text("unknown");
}

char *modules_directory(const char *version)
{
	return format_text("/lib/modules/%s", version);
}

bool module_is(const char *path, const char *name)
{
	const char *file = path_name(path), *end = strstr(file, ".ko");

	return end != NULL && (end[3] == '\0' || end[3] == '.') &&
	       kernel_name_is((struct span){file, (size_t)(end - file)}, name);
}

/* The module's path in one of the lists, malloc'ed: a path a line, in modules.dep with a
 * colon and the paths of others behind it. */
static char *find_in(const char *list, const char *name)
{
	for (const char *line = list; line[0] != '\0';) {
		size_t length = strcspn(line, ":\n");
		char *path = format_text("%.*s", (int)length, line);

		if (module_is(path, name))
			return path;
		free(path);
		line += strcspn(line, "\n");
		line += line[0] == '\n';
	}
	return NULL;
}

enum module_place module_find(const char *version, const char *name, char **path)
{
	CLEANUP_FREE char *directory = modules_directory(version);
	CLEANUP_FREE char *built_in = format_text("%s/modules.builtin", directory);
	CLEANUP_FREE char *files = format_text("%s/modules.dep", directory);
	CLEANUP_FREE char *in_kernel = NULL, *in_files = NULL, *found = NULL;
	enum module_place place = MODULE_UNKNOWN;

	if (root_read(built_in, &in_kernel, NULL) == 0 &&
		(found = find_in(in_kernel, name)) != NULL)
		place = MODULE_BUILT_IN;
	else if (root_read(files, &in_files, NULL) == 0)
		place = (found = find_in(in_files, name)) != NULL ? MODULE_FILE
								  : MODULE_ABSENT;
	if (path != NULL) {
		*path = found;
		found = NULL;
	}
	return place;
}
