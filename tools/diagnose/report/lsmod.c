/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/text/string.h"
#include "tools/diagnose/report/lsmod.h"

bool lsmod_has(const char *name)
{
	CLEANUP_FREE char *modules = NULL;
	CLEANUP_FREE char *front = format_text("\n%s ", name);

	return root_read("/proc/modules", &modules, NULL) == 0 &&
	       (text_begins(modules, front + 1) || strstr(modules, front) != NULL);
}

/*
 * " A,B": who uses the module. kmod lists /sys/module/NAME/holders in the directory's own
 * order, which is not that of /proc/modules; a captured system has the latter only.
 */
static char *users_of(const char *name, const char *listed)
{
	CLEANUP_FREE char *path = format_text("/sys/module/%s/holders", name);
	CLEANUP_FREE char *real = root_path(path);
	DIR *directory = opendir(real);
	char *users = copy_text("");
	struct dirent *entry;
	size_t length = strlen(listed);

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.')
			text_append(&users, "%s%s", users[0] == '\0' ? " " : ",",
				entry->d_name);
	if (directory != NULL) {
		closedir(directory);
	} else if (strcmp(listed, "-") != 0) {
		/* each has a comma behind it */
		while (length > 0 && listed[length - 1] == ',')
			length--;
		text_append(&users, " %.*s", (int)length, listed);
	}
	return users;
}

/* A line of /proc/modules: name, size, how often it is used, and by whom. */
static char *line_of(char *line)
{
	const char *column[4] = {"", "0", "0", "-"};
	CLEANUP_FREE char *users = NULL;
	char *word;

	for (size_t i = 0; i < ARRAY_SIZE(column); i++)
		if ((word = strsep(&line, " ")) != NULL)
			column[i] = word;
	users = users_of(column[0], column[3]);
	return format_text(
		"%-19s %8ld  %d%s", column[0], atol(column[1]), atoi(column[2]), users);
}

char *lsmod_grep(const char *word)
{
	CLEANUP_FREE char *modules = NULL;
	char *rest, *line, *text = copy_text("");

	if (root_read("/proc/modules", &modules, NULL) < 0)
		return text;
	rest = modules;
	while ((line = strsep(&rest, "\n")) != NULL) {
		CLEANUP_FREE char *shown = NULL;

		if (line[0] == '\0')
			continue;
		shown = line_of(line);
		if (strstr(shown, word) != NULL)
			text_append(&text, "%s\n", shown);
	}
	return text;
}
