/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/system/node.h"
#include "tools/system/root.h"
#include "tools/text/string.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/checks/set-nodes-daemon.h"
#include "tools/diagnose/checks/set-nodes-lxc.h"
#include "tools/diagnose/checks/set-nodes.h"
#include "tools/diagnose/findings.h"

/* Whether the container is about a card of NVIDIA's; where it names none, whether the
 * host has one. */
static bool is_about_nvidia(
	const struct context *context, const struct container_guest *guest)
{
	const struct intent *intent = NULL;
	bool any = false;

	while ((intent = guest_device(context, guest->name, intent)) != NULL) {
		if (intent->device->facts.function.vendor == VENDOR_NVIDIA)
			return true;
		any = true;
	}
	for (size_t i = 0; !any && i < context->devices.count; i++) {
		const struct pci_device *device = &context->devices.device[i];

		if (pci_device_is_graphics(device) &&
			device->facts.function.vendor == VENDOR_NVIDIA)
			return true;
	}
	return false;
}

void usual_nodes(const struct context *context, const struct container_guest *guest,
	struct lines *nodes)
{
	static const char *const nvidia[] = {"/dev/nvidia0", "/dev/nvidiactl",
		"/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"};

	if (!is_about_nvidia(context, guest)) {
		lines_add(nodes, "/dev/dri/renderD128");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(nvidia); i++)
		lines_add(nodes, "%s", nvidia[i]);
}

/* The nodes that a directory of the host's has. */
static void add_nodes_in(struct lines *nodes, const char *directory)
{
	char **names = root_list(directory);

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text("%s/%s", directory, names[i]);
		struct node node;

		if (node_read(path, &node) == 0 && node.type == 'c' &&
			!lines_has(nodes, path))
			lines_add(nodes, "%s", path);
	}
	root_list_free(names);
}

/* devN takes single nodes, each once. */
static struct lines single_nodes(const struct lines *nodes)
{
	struct lines single = {0};

	for (size_t i = 0; i < nodes->count; i++) {
		CLEANUP_FREE char *path = copy_text(nodes->line[i]);
		struct node node;

		while (text_ends(path, "/"))
			path[strlen(path) - 1] = '\0';
		if (gpu_node_is_directory(span_of(path)) ||
			(node_read(path, &node) == 0 && node.type == 'd'))
			add_nodes_in(&single, path);
		else if (!lines_has(&single, path))
			lines_add(&single, "%s", path);
	}
	return single;
}

/* The N of the devN that has the path, or this number if it is used; else -1. */
static int number_of(const struct container *container, const char *path, int number)
{
	for (size_t i = 0; i < container->device_count; i++) {
		const struct container_device *device = &container->device[i];

		if (container_in_main(container, device->from) &&
			(path != NULL ? span_is(device->path, path)
				      : device->number == number))
			return device->number;
	}
	return -1;
}

/* Who else than root may use it inside: the group of render nodes, where it is known. */
static char *access_of(const struct container_guest *guest, const char *path)
{
	const char *name = path_name(path);
	uint32_t group;

	if (text_begins(path, "/dev/dri/") &&
		container_group_number(
			guest, text_begins(name, "renderD") ? "render" : "video", &group))
		return format_text("gid=%u", group);
	return copy_text("mode=0666");
}

/* The directory that the path is in; malloc'ed. */
static char *parent_of(const char *path)
{
	return format_text("%.*s", (int)(path_name(path) - path) - 1, path);
}

/* The N of devN for a node: that of the line which it has already; the first node of a
 * directory has that of the directory's line; else the next that is free. */
static int number_for(const struct container *container, const struct lines *single,
	size_t at, int *next)
{
	CLEANUP_FREE char *directory = parent_of(single->line[at]);
	CLEANUP_FREE char *before = at > 0 ? parent_of(single->line[at - 1]) : NULL;
	int number = number_of(container, single->line[at], -1);

	if (number < 0 && (before == NULL || strcmp(before, directory) != 0))
		number = number_of(container, directory, -1);
	if (number >= 0)
		return number;
	while (number_of(container, NULL, *next) >= 0)
		++*next;
	return (*next)++;
}

static void command_restart(
	struct findings *findings, const struct container_guest *guest)
{
	CLEANUP_FREE char *commands = copy_text(guest->words.restart);
	char *rest = commands, *command;

	while ((command = strsep(&rest, "\n")) != NULL)
		finding_command(findings, "%s", command);
}

static void set_proxmox(struct findings *findings, const struct container_guest *guest,
	const struct lines *single)
{
	int next = 0;

	for (size_t i = 0; i < single->count; i++) {
		CLEANUP_FREE char *access = access_of(guest, single->line[i]);

		finding_command(findings, "pct set %s -dev%d %s,%s", guest->id,
			number_for(&guest->conf, single, i, &next), single->line[i],
			access);
	}
}

void command_set_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes)
{
	struct lines single = single_nodes(nodes);

	if (guest->system == CONTAINER_PROXMOX)
		set_proxmox(findings, guest, &single);
	else if (guest->system == CONTAINER_LXC)
		lxc_set_nodes(findings, guest, &single);
	else if (single.count > 0)
		daemon_add_card(findings, guest);
	/* a daemon gives its devices to what runs, too */
	if (single.count > 0 && guest->system <= CONTAINER_LXC)
		command_restart(findings, guest);
	lines_free(&single);
}

void command_open_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes)
{
	if (guest->system == CONTAINER_PROXMOX)
		command_set_nodes(findings, guest, nodes);
	else if (guest->system == CONTAINER_LXC)
		lxc_open_nodes(findings, nodes);
	else
		daemon_open_nodes(findings, guest, nodes);
}

void command_delete(struct findings *findings, const struct container_guest *guest,
	const char *device)
{
	CLEANUP_FREE char *command =
		guest->system == CONTAINER_PROXMOX
			? format_text("pct set %s -delete %s", guest->id, device)
			: daemon_remove_command(guest, device);

	finding_command(findings, "%s", command);
}
