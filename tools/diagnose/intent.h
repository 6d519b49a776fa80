/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For what each card is: from what is wished, or by the user's word. */
#ifndef TOOLS_DIAGNOSE_INTENT_H
#define TOOLS_DIAGNOSE_INTENT_H

#include "tools/diagnose/context.h"
#include "tools/pci/cards.h"

/* Whether the wish speaks of this function. */
bool wish_means(const struct context *context, const struct wish *wish,
	const struct pci_device *device);

/* The intent about this function, or NULL. */
const struct intent *context_intent(
	const struct context *context, const struct pci_device *device);

/* The devices that this guest ("VM 100") wants or is asked about: the next behind `after`
 * (NULL: the first); NULL at the end. */
const struct intent *guest_device(
	const struct context *context, const char *name, const struct intent *after);

bool intent_is_vm(const struct intent *intent);
bool intent_is_host(const struct intent *intent);
/* "VM 100", "a VM", "container 901", "the host" */
const char *intent_who(const struct intent *intent);
struct card intent_card(const struct context *context, const struct intent *intent);
/* Whether vfio-early's own configuration or flag names the card. */
bool intent_is_ours(const struct intent *intent);

/* Fills context->intent from the devices, the wishes and the request. */
void collect_intents(struct context *context);

#endif
