/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guests want, and which of them the diagnosis is about. */
#ifndef TOOLS_DIAGNOSE_WISHES_OF_GUESTS_H
#define TOOLS_DIAGNOSE_WISHES_OF_GUESTS_H

#include "tools/guests/guests.h"
#include "tools/diagnose/context.h"

/* Whether the guest that the user named is not here: there is nothing to diagnose. */
bool guests_lack_named(const struct context *context);

/* Adds what the guests want to context->wishes. */
void guests_wish(struct context *context);

/* Whether --ct names the container. */
bool container_is_asked(
	const struct request *request, const struct container_guest *guest);

/*
 * The next container, VM or domain that the diagnosis is about: the one named with --ct,
 * --vm or --domain, or else every one with a graphics node or a host device in its
 * configuration. NULL for the first, and at the end.
 */
const struct container_guest *guests_next_container(
	const struct context *context, const struct container_guest *after);
const struct vm_guest *guests_next_vm(
	const struct context *context, const struct vm_guest *after);
const struct domain_guest *guests_next_domain(
	const struct context *context, const struct domain_guest *after);

#endif
