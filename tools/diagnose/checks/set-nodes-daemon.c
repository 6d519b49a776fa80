/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/claims/claim.h"
#include "tools/pci/attribute.h"
#include "tools/pci/cards.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/checks/set-nodes-daemon.h"

char *daemon_device_command(const struct container_guest *guest, const char *action)
{
	return guest->project != NULL
		       ? format_text("%s config device %s --project %s %s",
				 container_command(guest->system), action, guest->project,
				 guest->id)
		       : format_text("%s config device %s %s",
				 container_command(guest->system), action, guest->id);
}

static bool has_device(const struct container_guest *guest, const char *name)
{
	for (size_t i = 0; i < guest->conf.device_count; i++)
		if (span_is(guest->conf.device[i].from->key, name))
			return true;
	return false;
}

/* A card that the container may have: its own, else one of the host's, NVIDIA's before
 * others. */
static const struct pci_device *card_for(
	const struct context *context, const struct container_guest *guest)
{
	const struct intent *intent = guest_device(context, guest->name, NULL);
	const struct pci_device *found = NULL;

	if (intent != NULL)
		return intent->device;
	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *device = &context->devices.device[i];

		if (pci_device_is_graphics(device) &&
			!is_vm_driver(span_of(device->facts.driver)) &&
			(found == NULL ||
				(found->facts.function.vendor != VENDOR_NVIDIA &&
					device->facts.function.vendor == VENDOR_NVIDIA)))
			found = device;
	}
	return found;
}

void daemon_add_card(struct findings *findings, const struct container_guest *guest)
{
	const struct pci_device *card = card_for(findings->context, guest);
	CLEANUP_FREE char *command = daemon_device_command(guest, "add");
	CLEANUP_FREE char *name = copy_text("gpu0");

	for (unsigned int i = 1; has_device(guest, name); i++) {
		free(name);
		name = format_text("gpu%u", i);
	}
	if (card != NULL)
		finding_command(
			findings, "%s %s gpu pci=%s", command, name, card->address);
	else
		finding_command(findings, "%s %s gpu", command, name);
}

/* The device that gives the node; NULL: a line of raw.lxc does. */
static const struct container_device *device_of(
	const struct container_guest *guest, const char *path)
{
	for (size_t i = 0; i < guest->conf.device_count; i++)
		if (span_is(guest->conf.device[i].path, path))
			return &guest->conf.device[i];
	return NULL;
}

/* Who else than root is to use it: the group of render nodes, where it is known. */
static char *access_words(const struct container_guest *guest, const char *path)
{
	uint32_t group;

	if (text_begins(path, "/dev/dri/") &&
		container_group_number(guest,
			text_begins(path_name(path), "renderD") ? "render" : "video",
			&group))
		return format_text("gid=%u mode=0660", group);
	return copy_text("mode=0666");
}

void daemon_open_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes)
{
	struct lines done = {0};

	for (size_t i = 0; i < nodes->count; i++) {
		const struct container_device *device = device_of(guest, nodes->line[i]);
		CLEANUP_FREE char *access = access_words(guest, nodes->line[i]);
		CLEANUP_FREE char *name =
			device != NULL ? span_copy(device->from->key) : NULL;
		CLEANUP_FREE char *command = NULL;

		if (name == NULL || lines_has(&done, name))
			continue;
		lines_add(&done, "%s", name);
		command = daemon_device_command(
			guest, device->inherited ? "override" : "set");
		finding_command(findings, "%s %s %s", command, name, access);
	}
	lines_free(&done);
}

char *daemon_remove_command(const struct container_guest *guest, const char *device)
{
	bool inherited = false;
	CLEANUP_FREE char *command = NULL;

	for (size_t i = 0; i < guest->conf.device_count; i++)
		inherited |= guest->conf.device[i].inherited &&
			     span_is(guest->conf.device[i].from->key, device);
	command = daemon_device_command(guest, inherited ? "add" : "remove");
	return format_text("%s %s%s", command, device, inherited ? " none" : "");
}
