/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which graphics nodes and devices the guests want, and which guests are asked about. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/vm-devices.h"
#include "tools/pci/cards.h"
#include "tools/pci/mdev.h"
#include "tools/pci/virtual-functions.h"
#include "tools/diagnose/wishes-of-guests.h"

/* Whether --ct, --vm, --domain or --want turned the question away from other guests. */
static bool asks_for_one(const struct request *request)
{
	return request->container != NULL || request->machine >= 0 ||
	       request->domain != NULL;
}

bool container_is_asked(
	const struct request *request, const struct container_guest *guest)
{
	return request->container != NULL && strcmp(request->container, guest->id) == 0;
}

const struct container_guest *guests_next_container(
	const struct context *context, const struct container_guest *after)
{
	const struct guests *guests = context->guests;
	size_t at = after != NULL ? (size_t)(after - guests->container) + 1 : 0;

	for (; guests != NULL && at < guests->containers; at++) {
		const struct container_guest *guest = &guests->container[at];

		if (asks_for_one(&context->request)
				? container_is_asked(&context->request, guest)
				: !guest->conf.template &&
					  container_wants_gpu(&guest->conf))
			return guest;
	}
	return NULL;
}

const struct vm_guest *guests_next_vm(
	const struct context *context, const struct vm_guest *after)
{
	const struct guests *guests = context->guests;
	size_t at = after != NULL ? (size_t)(after - guests->vm) + 1 : 0;

	for (; guests != NULL && at < guests->vms; at++) {
		const struct vm_guest *guest = &guests->vm[at];

		if (asks_for_one(&context->request)
				? guest->id == context->request.machine
				: guest->vm.hostpci_count > 0 && !guest->vm.template)
			return guest;
	}
	return NULL;
}

const struct domain_guest *guests_next_domain(
	const struct context *context, const struct domain_guest *after)
{
	const struct guests *guests = context->guests;
	size_t at = after != NULL ? (size_t)(after - guests->domain) + 1 : 0;
	const char *asked = context->request.domain;

	for (; guests != NULL && at < guests->domains; at++) {
		const struct domain_guest *guest = &guests->domain[at];

		if (!asks_for_one(&context->request)
				? guest->domain.hostdev_count > 0 ||
					  guest->domain.mdev_count > 0 ||
					  guest->why != NULL
				: asked != NULL &&
					  strcmp(domain_guest_name(guest), asked) == 0)
			return guest;
	}
	return NULL;
}

static void wish_for_containers(struct context *context, const struct guests *guests)
{
	for (size_t i = 0; i < guests->containers; i++) {
		const struct container_guest *guest = &guests->container[i];
		size_t count;
		struct wanted_node *wanted;

		if (guest->conf.template)
			continue;
		wanted = container_wanted(&guest->conf, &count);

		/* Whoever asks about it means the card that it names anywhere. */
		if (count == 0 && container_is_asked(&context->request, guest)) {
			free(wanted);
			wanted = container_named(&guest->conf, &count);
		}
		for (size_t j = 0; j < count; j++) {
			/* one that was made elsewhere is known by its name inside */
			struct span name =
				gpu_node_kind(wanted[j].source) == GPU_NODE_NONE
					? wanted[j].name
					: wanted[j].source;
			CLEANUP_FREE char *what = span_copy(name);
			CLEANUP_FREE char *source =
				container_line_path(guest, wanted[j].from);
			struct pci_address address;
			char place[32];
			struct text text = text_in(place, sizeof(place));

			/* /dev/dri/by-path/pci-0000:01:00.0-render names the device */
			if (span_starts(name, "/dev/dri/by-path/pci-") &&
				name.length >= 33 &&
				pci_address_parse(
					(struct span){name.text + 21, 12}, &address)) {
				pci_address_format(&address, &text);
				free(what);
				what = copy_text(place);
			}
			wish_add(context, WANT_HOST, what, guest->name, source,
				"%.*s: %.*s", SPAN(wanted[j].from->key),
				SPAN(wanted[j].from->value));
		}
		free(wanted);
		if (guest->conf.nvidia_hook != NULL) {
			const struct pve_line *line = guest->conf.nvidia_hook;
			CLEANUP_FREE char *source = container_line_path(guest, line);

			/* it brings in whatever the driver has */
			wish_add(context, WANT_HOST, "/dev/nvidiactl", guest->name,
				source, "%.*s: %.*s", SPAN(line->key), SPAN(line->value));
		}
	}
}

/* Nothing is at the address: the physical function that would have a virtual one there
 * stays with the host, whose driver makes it. */
static void wish_for_maker(struct context *context, const struct pci_address *address,
	const char *who, const char *source)
{
	unsigned int number;
	const struct pci_device *maker =
		devices_find(&context->devices, address) == NULL
			? virtual_function_maker(&context->devices, address, &number)
			: NULL;

	if (maker != NULL)
		wish_add(context, WANT_HOST, maker->address, who, source,
			"its virtual function %u", number);
}

/* A device of a VM that is split stays with the host, whose driver makes the pieces. */
static void wish_for_vm_device(struct context *context, const struct vm_guest *guest,
	const struct vm_device *device)
{
	const struct pve_line *line = device->from->from;
	CLEANUP_FREE char *what = span_copy(device->id);
	CLEANUP_FREE char *source = line_path(guest->path, line->line);
	struct wish *wish;

	if (device->spare)
		return;
	wish = wish_add(context, device->is_split ? WANT_HOST : WANT_VM, what,
		guest->name, source, "%.*s: %.*s", SPAN(line->key), SPAN(line->value));
	wish->at_start = guest->pid == 0 && vm_device_bound_at_start(device);
	wish_for_maker(context, &device->address, guest->name, source);
}

/* A piece of a split card, by its UUID: the card stays with the host. */
static void wish_for_mdev(
	struct context *context, const char *uuid, const char *who, const char *source)
{
	const struct pci_device *parent = mdev_parent(&context->devices, uuid);

	if (parent != NULL)
		wish_add(context, WANT_HOST, parent->address, who, source,
			"mediated device %s", uuid);
}

static void wish_for_vms(struct context *context, const struct guests *guests)
{
	for (size_t i = 0; i < guests->vms; i++) {
		const struct vm_guest *guest = &guests->vm[i];
		size_t count;
		CLEANUP_FREE struct vm_device *device = NULL;

		if (guest->vm.template)
			continue;
		device = vm_devices(guests, guest, &count);
		for (size_t j = 0; j < count; j++)
			wish_for_vm_device(context, guest, &device[j]);
		for (size_t j = 0; j < guest->vm.hostpci_count; j++) {
			const struct vm_hostpci *entry = &guest->vm.hostpci[j];
			CLEANUP_FREE char *uuid = span_copy(entry->mdev_instance);
			CLEANUP_FREE char *source =
				line_path(guest->path, entry->from->line);

			if (uuid[0] != '\0' && vm_in_main(&guest->vm, entry->from))
				wish_for_mdev(context, uuid, guest->name, source);
		}
	}
}

static void wish_for_hostdev(struct context *context, const struct domain_guest *guest,
	const struct domain_hostdev *hostdev)
{
	CLEANUP_FREE char *source = line_path(guest->path, hostdev->line);
	char place[32];
	struct text text = text_in(place, sizeof(place));
	struct wish *wish;

	pci_address_format(&hostdev->address, &text);
	wish = wish_add(context, WANT_VM, place, guest->name, source,
		"<hostdev> %s, managed='%s'", place, hostdev->managed ? "yes" : "no");
	wish->at_start = !guest->running && hostdev->managed;
	wish_for_maker(context, &hostdev->address, guest->name, source);
}

static void wish_for_domains(struct context *context, const struct guests *guests)
{
	for (size_t i = 0; i < guests->domains; i++) {
		const struct domain_guest *guest = &guests->domain[i];

		for (size_t j = 0; j < guest->domain.hostdev_count; j++)
			wish_for_hostdev(context, guest, &guest->domain.hostdev[j]);
		for (size_t j = 0; j < guest->domain.mdev_count; j++) {
			const struct domain_mdev *mdev = &guest->domain.mdev[j];
			CLEANUP_FREE char *source = line_path(guest->path, mdev->line);

			wish_for_mdev(context, mdev->uuid, guest->name, source);
		}
	}
}

void guests_wish(struct context *context)
{
	wish_for_containers(context, context->guests);
	wish_for_vms(context, context->guests);
	wish_for_domains(context, context->guests);
}

bool guests_lack_named(const struct context *context)
{
	const struct request *request = &context->request;
	CLEANUP_FREE char *path = NULL;

	if (context->guests == NULL || !asks_for_one(request) ||
		guests_next_container(context, NULL) != NULL ||
		guests_next_vm(context, NULL) != NULL ||
		guests_next_domain(context, NULL) != NULL)
		return false;
	path = request->container != NULL
		       ? format_text("/etc/pve/lxc/%s.conf", request->container)
	       : request->machine >= 0
		       ? format_text("/etc/pve/qemu-server/%ld.conf", request->machine)
		       : format_text("/etc/libvirt/qemu/%s.xml", request->domain);
	/* what is there and cannot be read is another matter */
	return !root_exists(path) &&
	       (request->container == NULL || context->guests->container_error == 0);
}
