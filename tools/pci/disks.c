/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pci/below.h"
#include "tools/pci/disks.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

/*
 * An NVMe namespace that several controllers share is below none of them; its subsystem
 * has a link to each.
 */
static bool is_shared_namespace(const char *disk, const struct pci_device *device)
{
	CLEANUP_FREE char *directory = format_text("/sys/block/%s/device", disk);
	char **names = root_list(directory);
	bool found = false;

	for (size_t i = 0; names[i] != NULL && !found; i++) {
		CLEANUP_FREE char *path = format_text("%s/%s", directory, names[i]);

		found = text_begins(names[i], "nvme") && leads_below(path, device);
	}
	root_list_free(names);
	return found;
}

struct lines disks_below(const struct pci_device *device)
{
	char **names = root_list("/sys/block");
	struct lines disks = {0};

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text("/sys/block/%s", names[i]);

		if (leads_below(path, device) || is_shared_namespace(names[i], device))
			set_add(&disks, names[i]);
	}
	root_list_free(names);
	return disks;
}

struct lines disk_stack(const char *disk)
{
	struct lines stack = {0};

	set_add(&stack, disk);
	for (size_t i = 0; i < stack.count; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/block/%s", stack.line[i]);
		CLEANUP_FREE char *holders = format_text("%s/holders", path);
		char **names = root_list(path);

		for (size_t j = 0; names[j] != NULL; j++) {
			CLEANUP_FREE char *partition =
				format_text("%s/%s/partition", path, names[j]);

			if (root_exists(partition))
				set_add(&stack, names[j]);
		}
		root_list_free(names);
		set_add_names(&stack, holders, "");
	}
	return stack;
}

bool disk_stack_has(const struct lines *stack, const char *number, const char *node)
{
	CLEANUP_FREE char *target = root_link_name(node);
	const char *slash = strrchr(node, '/');
	const char *name = target != NULL ? target : slash != NULL ? slash + 1 : node;

	for (size_t i = 0; i < stack->count; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/block/%s/dev", stack->line[i]);
		CLEANUP_FREE char *own = root_read_word(path);

		if (own != NULL && number != NULL && strcmp(own, number) == 0)
			return true;
		if (text_begins(node, "/dev/") && strcmp(name, stack->line[i]) == 0)
			return true;
	}
	return false;
}

/* Where one of the stack is mounted, or whether it is mounted there (`at` not NULL).
 * proc_pid_mountinfo(5): ID PARENT MAJOR:MINOR ROOT POINT OPTIONS TAG... - TYPE SOURCE */
static char *mounted_in(const struct lines *stack, const char *at)
{
	CLEANUP_FREE char *text = NULL;
	char *line, *rest = NULL;

	if (root_read("/proc/self/mountinfo", &text, NULL) < 0)
		return NULL;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char number[32], point[PATH_MAX], source[PATH_MAX];
		const char *dash = strstr(line, " - ");

		if (dash == NULL ||
			sscanf(line, "%*s %*s %31s %*s %4095s", number, point) != 2 ||
			sscanf(dash, " - %*s %4095s", source) != 1)
			continue;
		if ((at == NULL || strcmp(point, at) == 0) &&
			disk_stack_has(stack, number, source))
			return copy_text(point);
	}
	return NULL;
}

/* proc_swaps: a heading, then FILENAME TYPE SIZE USED PRIORITY. */
static char *swap_in(const struct lines *stack)
{
	CLEANUP_FREE char *text = NULL;
	char *line, *rest = NULL;

	if (root_read("/proc/swaps", &text, NULL) < 0)
		return NULL;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, " \t")] = '\0';
		if (disk_stack_has(stack, NULL, line))
			return copy_text(line);
	}
	return NULL;
}

char *disk_use(const char *disk)
{
	struct lines stack = disk_stack(disk);
	CLEANUP_FREE char *point = mounted_in(&stack, NULL);
	CLEANUP_FREE char *swap = swap_in(&stack);

	lines_free(&stack);
	if (point != NULL)
		return format_text(
			"the filesystem mounted on %s is on its disk %s", point, disk);
	if (swap != NULL)
		return format_text("the swap space %s is on its disk %s", swap, disk);
	return NULL;
}

bool disk_holds_mount(const char *disk, const char *point)
{
	struct lines stack = disk_stack(disk);
	CLEANUP_FREE char *found = mounted_in(&stack, point);

	lines_free(&stack);
	return found != NULL;
}
