/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine's processes, also with --root: it is here that they run. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/system/process.h"
#include "tools/text/string.h"

/* The first bytes of a file of /proc; their number. */
static size_t read_start(const char *path, char *buffer, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t got = file != NULL ? fread(buffer, 1, size - 1, file) : 0;

	if (file != NULL)
		fclose(file);
	buffer[got] = '\0';
	return got;
}

/* When it began, in the kernel's ticks; 0: it has ended. proc(5): field 22, counted from
 * the name in parentheses, which is field 2; field 3 is Z when only its number is left.
 */
static unsigned long long start_of(pid_t pid)
{
	CLEANUP_FREE char *path = format_text("/proc/%ld/stat", (long)pid);
	char text[1024];
	const char *at;

	read_start(path, text, sizeof(text));
	at = strrchr(text, ')');
	if (at == NULL || text_begins(at, ") Z") || text_begins(at, ") X"))
		return 0;
	for (int field = 2; field < 22 && at != NULL; field++)
		at = strchr(at + 1, ' ');
	return at != NULL ? strtoull(at, NULL, 10) : 0;
}

char *process_identity(pid_t pid)
{
	unsigned long long start = start_of(pid);
	char boot[64];

	read_start("/proc/sys/kernel/random/boot_id", boot, sizeof(boot));
	boot[strcspn(boot, "\n")] = '\0';
	if (start == 0 || boot[0] == '\0')
		return copy_text("");
	return format_text("%s %ld %llu", boot, (long)pid, start);
}

pid_t process_number(const char *identity)
{
	const char *space = strchr(identity, ' ');

	return space != NULL ? (pid_t)strtol(space, NULL, 10) : 0;
}

bool process_runs(const char *identity)
{
	pid_t pid = process_number(identity);
	CLEANUP_FREE char *now = pid > 0 ? process_identity(pid) : NULL;

	return now != NULL && strcmp(now, identity) == 0;
}

/* Whether this is among the environment that it was started with. */
static bool has_variable(pid_t pid, const char *variable)
{
	CLEANUP_FREE char *path = format_text("/proc/%ld/environ", (long)pid);
	static char text[131072];
	size_t got = read_start(path, text, sizeof(text));

	for (size_t at = 0; at < got; at += strlen(text + at) + 1)
		if (strcmp(text + at, variable) == 0)
			return true;
	return false;
}

pid_t process_started_by(const char *identity)
{
	CLEANUP_FREE char *variable = format_text(PROCESS_CHANGE "=%s", identity);
	DIR *processes = identity[0] != '\0' ? opendir("/proc") : NULL;
	struct dirent *entry;
	pid_t found = 0;

	while (processes != NULL && found == 0 && (entry = readdir(processes)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && pid != getpid() && has_variable(pid, variable) &&
			start_of(pid) != 0)
			found = pid;
	}
	if (processes != NULL)
		closedir(processes);
	return found;
}
