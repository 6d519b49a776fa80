/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/claims/claim.h"
#include "tools/diagnose/guest-start.h"
#include "tools/diagnose/intent.h"

bool start_may_hang(const struct pci_device *device)
{
	return device->facts.driver[0] != '\0' && pci_device_is_graphics(device) &&
	       !device->facts.is_virtual;
}

bool start_hook_moves(const struct context *context, const struct pci_device *device)
{
	const struct claims *claims = context->claims;

	for (size_t i = 0; claims != NULL && i < claims->count; i++) {
		const struct claim *claim = &claims->claim[i];

		if (claim->kind == CLAIM_SCRIPT &&
			text_begins(claim->source, "/etc/libvirt/hooks/") &&
			(claim->target == TARGET_UNKNOWN || claim_means(claim, device)))
			return true;
	}
	return false;
}

/* Whether it is one guest's wish to have the card in a VM; of one that was asked about,
 * only its own count. */
static bool is_guests_wish(const struct intent *intent, const struct wish *wish)
{
	return wish->want == WANT_VM && wish->who != NULL &&
	       (!intent->asked || intent->who == NULL ||
		       strcmp(intent->who, wish->who) == 0);
}

bool start_binds(const struct context *context, const struct intent *intent)
{
	bool any = false;

	if (intent_is_ours(intent))
		return false;
	for (size_t i = 0; i < intent->count; i++) {
		const struct wish *wish = intent->wish[i];

		if (!is_guests_wish(intent, wish))
			continue;
		if (!wish->at_start && !start_hook_moves(context, intent->device))
			return false;
		any = true;
	}
	return any;
}

bool start_binds_group(const struct context *context, const struct intent *intent)
{
	bool all = start_binds(context, intent);

	for (size_t i = 0; i < intent->count && all; i++)
		if (is_guests_wish(intent, intent->wish[i]))
			all = text_begins(intent->wish[i]->who, "VM ");
	return all;
}
