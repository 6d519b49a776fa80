/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/system/program.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

#define DIRECTORIES "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

bool root_is_whole_system(void)
{
	CLEANUP_FREE char *shell = root_path("/bin/sh");

	return root_directory[0] != '\0' && access(shell, X_OK) == 0;
}

static bool root_is_made_up(void)
{
	return root_directory[0] != '\0' && !root_is_whole_system();
}

const char *run_name(const char *real)
{
	size_t length = strlen(root_directory);

	if (root_is_whole_system() && strncmp(real, root_directory, length) == 0)
		return real + length;
	return real;
}

/* The path below `root` that the program has; NULL if it is not there. malloc'ed. */
static char *look_below(const char *root, const char *program)
{
	static const char directories[] = DIRECTORIES;

	if (strchr(program, '/') != NULL) {
		CLEANUP_FREE char *real = format_text("%s%s", root, program);

		return access(real, X_OK) == 0 ? copy_text(program) : NULL;
	}
	for (const char *at = directories; *at != '\0';) {
		size_t length = strcspn(at, ":");
		char *path = format_text("%.*s/%s", (int)length, at, program);
		CLEANUP_FREE char *real = format_text("%s%s", root, path);

		if (access(real, X_OK) == 0)
			return path;
		free(path);
		at += length;
		at += strspn(at, ":");
	}
	return NULL;
}

char *program_path(const char *program, bool host_will_do)
{
	char *path = look_below(root_directory, program);
	char *real;

	if (path != NULL && root_is_made_up()) {
		real = root_path(path);
		free(path);
		return real;
	}
	if (path == NULL && host_will_do && root_is_made_up())
		return look_below("", program);
	return path;
}

bool run_finds(const char *program)
{
	CLEANUP_FREE char *path = look_below(root_directory, program);

	return path != NULL;
}

/* The list of programs' directories, those of a made-up root in front. */
static char *search_path(void)
{
	static const char directories[] = DIRECTORIES;
	char *list = copy_text("");

	for (const char *at = directories; root_is_made_up() && *at != '\0';) {
		size_t length = strcspn(at, ":");
		text_append(&list, "%s%.*s:", root_directory, (int)length, at);
		at += length;
		at += strspn(at, ":");
	}
	return format_text("%s" DIRECTORIES, list);
}

void program_set_environment(const char *const *changes)
{
	CLEANUP_FREE char *path = search_path();

	setenv("PATH", path, 1);
	if (root_is_made_up())
		setenv("VFIO_EARLY_ROOT", root_directory, 1);
	for (; changes != NULL && *changes != NULL; changes++) {
		const char *equals = strchr(*changes, '=');

		if (equals == NULL) {
			unsetenv(*changes);
		} else {
			CLEANUP_FREE char *name =
				format_text("%.*s", (int)(equals - *changes), *changes);

			setenv(name, equals + 1, 1);
		}
	}
}
