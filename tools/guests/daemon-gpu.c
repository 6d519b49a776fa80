/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/daemon-gpu.h"
#include "tools/guests/node-numbers.h"

#define DEVICES "/sys/bus/pci/devices"

static char *attribute(const char *address, const char *name)
{
	CLEANUP_FREE char *path = format_text(DEVICES "/%s/%s", address, name);

	return root_read_word(path);
}

/* "0x10de" is "10de". */
static bool is_number(const char *address, const char *name, const char *wanted)
{
	CLEANUP_FREE char *value = attribute(address, name);

	return wanted == NULL ||
	       (value != NULL && strlen(value) > 2 && strcasecmp(value + 2, wanted) == 0);
}

/* The daemon takes an address without its domain, too. */
static bool is_address(const char *address, const char *wanted)
{
	return wanted == NULL || strcasecmp(address, wanted) == 0 ||
	       (strlen(wanted) == 7 && text_begins(address, "0000:") &&
		       strcasecmp(address + 5, wanted) == 0);
}

static bool has_drm(const char *address, const char *id)
{
	CLEANUP_FREE char *path =
		format_text(DEVICES "/%s/drm/card%s", address, id != NULL ? id : "");

	return id == NULL || root_exists(path);
}

static bool is_chosen(const struct gpu_choice *choice, const char *address)
{
	CLEANUP_FREE char *class = attribute(address, "class");

	return class != NULL && text_begins(class, "0x03") &&
	       is_address(address, choice->pci) && has_drm(address, choice->id) &&
	       is_number(address, "vendor", choice->vendor) &&
	       is_number(address, "device", choice->product);
}

static void add_once(struct lines *nodes, const char *path)
{
	if (!lines_has(nodes, path))
		lines_add(nodes, "%s", path);
}

/* Those of one GPU, and with it those for every GPU: what a program needs, and what else
 * there is. */
static void add_nvidia(const char *address, bool runtime, struct lines *nodes)
{
	static const char *const more[] = {
		"/dev/nvidia-uvm-tools", "/dev/nvidia-modeset"};
	int minor = nvidia_minor(address);

	if (minor < 0)
		return;
	lines_add(nodes, "/dev/nvidia%d", minor);
	if (runtime)
		return;
	add_once(nodes, "/dev/nvidiactl");
	add_once(nodes, "/dev/nvidia-uvm");
	for (size_t i = 0; i < ARRAY_SIZE(more); i++)
		if (root_exists(more[i]))
			add_once(nodes, more[i]);
}

static void add_card(const char *address, bool runtime, struct lines *nodes)
{
	CLEANUP_FREE char *drm = format_text(DEVICES "/%s/drm", address);
	char **names = root_list(drm);

	for (size_t i = 0; names[i] != NULL; i++)
		if (text_begins(names[i], "card") || text_begins(names[i], "renderD"))
			lines_add(nodes, "/dev/dri/%s", names[i]);
	root_list_free(names);
	add_nvidia(address, runtime, nodes);
}

#define BY_PATH "/dev/dri/by-path/pci-%s%s-render"

bool daemon_gpu_nodes(const struct gpu_choice *choice, struct lines *nodes)
{
	char **names = root_list(DEVICES);
	struct lines without = {0};
	bool found = false;

	for (size_t i = 0; names[i] != NULL; i++) {
		size_t before = nodes->count;

		if (!is_chosen(choice, names[i]))
			continue;
		found = true;
		add_card(names[i], choice->runtime, nodes);
		if (nodes->count == before)
			lines_add(&without, "%s", names[i]);
	}
	root_list_free(names);
	if (!found && choice->pci != NULL)
		lines_add(nodes, BY_PATH, strlen(choice->pci) == 7 ? "0000:" : "",
			choice->pci);
	else if (!found)
		lines_add(
			nodes, "/dev/dri/card%s", choice->id != NULL ? choice->id : "0");
	else if (nodes->count == 0)
		for (size_t i = 0; i < without.count; i++)
			lines_add(nodes, BY_PATH, "", without.line[i]);
	lines_free(&without);
	return found;
}
