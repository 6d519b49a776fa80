/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/pci/below.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

bool set_add(struct lines *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->line[i], name) == 0)
			return false;
	lines_add(set, "%s", name);
	return true;
}

bool leads_below(const char *path, const struct pci_device *device)
{
	CLEANUP_FREE char *component = format_text("/%s/", device->address);
	CLEANUP_FREE char *target = root_link(path);

	return target != NULL && strstr(target, component) != NULL;
}

void set_add_names(struct lines *set, const char *directory, const char *start)
{
	char **names = root_list(directory);
	size_t length = strlen(start);

	for (size_t i = 0; names[i] != NULL; i++)
		if (strncmp(names[i], start, length) == 0)
			set_add(set, names[i] + length);
	root_list_free(names);
}

const char *interface_below(
	const struct lines *interfaces, const struct pci_device *device)
{
	for (size_t i = 0; i < interfaces->count; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/net/%s", interfaces->line[i]);

		if (leads_below(path, device))
			return interfaces->line[i];
	}
	return NULL;
}
