/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which graphics nodes and devices the guests want, and which guests are asked about. */
#include <stdlib.h>
#include <string.h>

#include "tools/base.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/guests.h"

/* Whether --ct, --vm, --domain or --want turned the question away from other guests. */
static bool asks_for_one(const struct request *request)
{
	return request->container >= 0 || request->machine >= 0 ||
	       request->domain != NULL;
}

const struct container_guest *guests_next_container(
	const struct context *context, const struct container_guest *after)
{
	const struct guests *guests = context->guests;
	size_t at = after != NULL ? (size_t)(after - guests->container) + 1 : 0;

	for (; guests != NULL && at < guests->containers; at++) {
		const struct container_guest *guest = &guests->container[at];

		if (asks_for_one(&context->request)
				? guest->id == context->request.container
				: container_wants_gpu(&guest->conf))
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
				: guest->vm.hostpci_count > 0)
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
				? guest->domain.hostdev_count > 0 || guest->why != NULL
				: asked != NULL &&
					  strcmp(guest->name + strlen("libvirt domain "),
						  asked) == 0)
			return guest;
	}
	return NULL;
}

static void wish_for_containers(struct context *context, const struct guests *guests)
{
	for (size_t i = 0; i < guests->containers; i++) {
		const struct container_guest *guest = &guests->container[i];
		size_t count;
		struct wanted_node *wanted = container_wanted(&guest->conf, &count);

		for (size_t j = 0; j < count; j++) {
			CLEANUP_FREE char *what = span_copy(wanted[j].source);
			CLEANUP_FREE char *source =
				format_text("%s:%u", guest->path, wanted[j].from->line);
			struct pci_address address;
			char place[32];
			struct text text = text_in(place, sizeof(place));
			struct span name = wanted[j].source;

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
	}
}

static void wish_for_list(struct context *context, const struct vm_guest *guest,
	const struct vm_hostpci *entry, struct span list)
{
	CLEANUP_FREE char *source = format_text("%s:%u", guest->path, entry->from->line);
	struct span id;

	while (hostpci_next(&list, &id)) {
		CLEANUP_FREE char *what = span_copy(id);

		wish_add(context, WANT_VM, what, guest->name, source, "%.*s: %.*s",
			SPAN(entry->from->key), SPAN(entry->from->value));
	}
}

static void wish_for_vms(struct context *context, const struct guests *guests)
{
	for (size_t i = 0; i < guests->vms; i++) {
		const struct vm_guest *guest = &guests->vm[i];

		for (size_t j = 0; j < guest->vm.hostpci_count; j++) {
			const struct vm_hostpci *entry = &guest->vm.hostpci[j];

			if (entry->refused || !vm_in_main(&guest->vm, entry->from))
				continue;
			wish_for_list(context, guest, entry, entry->host);
			for (size_t k = 0; k < guests->mapping.entry_count; k++) {
				const struct mapping_entry *map =
					&guests->mapping.entry[k];

				if (entry->mapping.length > 0 &&
					span_same(map->name, entry->mapping) &&
					span_is(map->node, guests->node))
					wish_for_list(context, guest, entry, map->path);
			}
		}
	}
}

static void wish_for_domains(struct context *context, const struct guests *guests)
{
	for (size_t i = 0; i < guests->domains; i++) {
		const struct domain_guest *guest = &guests->domain[i];

		for (size_t j = 0; j < guest->domain.hostdev_count; j++) {
			const struct domain_hostdev *hostdev = &guest->domain.hostdev[j];
			CLEANUP_FREE char *source =
				format_text("%s:%u", guest->path, hostdev->line);
			char place[32];
			struct text text = text_in(place, sizeof(place));

			pci_address_format(&hostdev->address, &text);
			wish_add(context, WANT_VM, place, guest->name, source,
				"<hostdev> %s, managed='%s'", place,
				hostdev->managed ? "yes" : "no");
		}
	}
}

void guests_wish(struct context *context)
{
	wish_for_containers(context, context->guests);
	wish_for_vms(context, context->guests);
	wish_for_domains(context, context->guests);
}
