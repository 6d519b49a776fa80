/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For what is each card: decided from the wishes, or by the user's word. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/guests.h"
#include "tools/guests/node-numbers.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/wishes-of-guests.h"
#include "tools/pci/cards.h"
#include "tools/pci/resolve.h"

/* Whether another wish wants the device in a VM: then a node of the host that is not
 * there at the moment is rather another device's. */
static bool is_for_vm(const struct context *context, const struct pci_device *device)
{
	for (size_t i = 0; i < context->wishes.count; i++) {
		const struct wish *wish = &context->wishes.wish[i];

		if (wish->want == WANT_VM && wish->what[0] != '/' &&
			wish_means(context, wish, device))
			return true;
	}
	return false;
}

/* Any device with this driver's kind of node that nothing wants in a VM; where a VM wants
 * them all, all of them. */
static bool may_be_node(const struct context *context, const struct pci_device *device,
	bool (*kind)(const struct pci_device *))
{
	if (!kind(device))
		return false;
	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *other = &context->devices.device[i];

		if (kind(other) && !is_for_vm(context, other))
			return !is_for_vm(context, device);
	}
	return true;
}

static bool is_nvidia(const struct pci_device *device)
{
	return pci_device_is_graphics(device) &&
	       device->facts.function.vendor == VENDOR_NVIDIA;
}

static bool is_amd(const struct pci_device *device)
{
	return pci_device_is_graphics(device) &&
	       device->facts.function.vendor == VENDOR_ATI;
}

/* One of NVIDIA's that the driver does not have. */
static bool is_nvidia_without_minor(const struct pci_device *device)
{
	return is_nvidia(device) && nvidia_minor(device->address) < 0;
}

/* One that has no nodes in /dev/dri now. */
static bool is_graphics_without_drm(const struct pci_device *device)
{
	CLEANUP_FREE char *path = attribute_path(device, "drm");

	return pci_device_is_graphics(device) && !root_exists(path);
}

/* /dev/nvidia0: the driver says which device has which minor, as long as it runs. What no
 * device has may be that of one which the driver does not have. */
static bool nvidia_node_means(
	const struct context *context, const char *node, const struct pci_device *device)
{
	char **gpus = root_list(NVIDIA_GPUS);
	bool runs = gpus[0] != NULL;

	root_list_free(gpus);
	if (!runs || !isdigit((unsigned char)*node))
		return may_be_node(context, device, is_nvidia);
	return nvidia_has_minor(atoi(node))
		       ? nvidia_minor(device->address) == atoi(node)
		       : may_be_node(context, device, is_nvidia_without_minor);
}

static bool any_device(
	const struct context *context, bool (*kind)(const struct pci_device *))
{
	for (size_t i = 0; i < context->devices.count; i++)
		if (kind(&context->devices.device[i]))
			return true;
	return false;
}

static bool dri_node_means(
	const struct context *context, const char *node, const struct pci_device *device)
{
	CLEANUP_FREE char *path = format_text("/sys/class/drm/%s/device", node);
	CLEANUP_FREE char *address = root_link_name(path);

	if (node[0] != '\0' && address != NULL)
		return strcmp(address, device->address) == 0;
	/* one that is not there is rather that of a card which has none */
	if (node[0] != '\0' && any_device(context, is_graphics_without_drm))
		return may_be_node(context, device, is_graphics_without_drm);
	return may_be_node(context, device, pci_device_is_graphics);
}

bool wish_means(const struct context *context, const struct wish *wish,
	const struct pci_device *device)
{
	const struct pci_function *function = &device->facts.function;
	struct selector selector;
	struct span bad;

	if (text_begins(wish->what, "/dev/nvidia"))
		return nvidia_node_means(context, wish->what + 11, device);
	if (strcmp(wish->what, "/dev/dri") == 0)
		return dri_node_means(context, "", device);
	if (text_begins(wish->what, "/dev/dri/"))
		return dri_node_means(context, wish->what + 9, device);
	if (strcmp(wish->what, "/dev/kfd") == 0)
		return may_be_node(context, device, is_amd);
	if (selector_parse((struct span){wish->what, strlen(wish->what)}, &selector,
		    &bad) != NULL)
		return false;
	/* ID@PLACE means what is at the place: DEV-ID-MATCH says if it is another */
	if (selector.has_place)
		return place_matches(&selector.place, function);
	return id_matches(&selector.id, function);
}

const struct intent *context_intent(
	const struct context *context, const struct pci_device *device)
{
	for (size_t i = 0; i < context->intents; i++) {
		struct card card =
			devices_card(&context->devices, context->intent[i].device);

		if (card_has(&card, device))
			return &context->intent[i];
	}
	return NULL;
}

/* Whether the line, which names several nodes of the card, has spoken of it before. */
static bool has_line_of(const struct intent *intent, const struct wish *wish)
{
	for (size_t i = 0; i < intent->count; i++)
		if (strcmp(intent->wish[i]->source, wish->source) == 0 &&
			strcmp(intent->wish[i]->text, wish->text) == 0 &&
			intent->wish[i]->want == wish->want)
			return true;
	return false;
}

/* Every wish that speaks of a function of the card. */
static void gather(
	const struct context *context, const struct card *card, struct intent *intent)
{
	for (size_t i = 0; i < context->wishes.count; i++) {
		const struct wish *wish = &context->wishes.wish[i];
		bool means = false;

		for (size_t j = 0; j < card->count && !means; j++)
			means = wish_means(context, wish, &card->function[j]);
		if (!means || has_line_of(intent, wish))
			continue;
		intent->wish = allocate_more(
			intent->wish, (intent->count + 1) * sizeof(const struct wish *));
		intent->wish[intent->count++] = wish;
		if (intent->want == WANT_NOTHING)
			intent->want = wish->want;
		else if (intent->want != wish->want)
			intent->want = WANT_BOTH;
		if (intent->who == NULL && wish->who != NULL)
			intent->who = copy_text(wish->who);
	}
}

/* The function of the card that is judged: what it is known by, unless guests name other
 * functions only. */
static const struct pci_device *named_function(const struct context *context,
	const struct card *card, const struct intent *intent)
{
	const struct pci_device *other = NULL;

	for (size_t i = 0; i < intent->count; i++) {
		if (wish_means(context, intent->wish[i], intent->device))
			return intent->device;
		for (size_t j = 0; j < card->count && other == NULL; j++)
			if (wish_means(context, intent->wish[i], &card->function[j]))
				other = &card->function[j];
	}
	return other != NULL ? other : intent->device;
}

/* How well the card fits what the user asked about; 0: not at all. A guest has the cards
 * that it names, and no others. */
static int fitness(const struct intent *intent, const struct card *card, enum want want,
	const char *who)
{
	bool same = false, opposite = false;

	for (size_t i = 0; i < intent->count; i++) {
		const struct wish *wish = intent->wish[i];

		if (who != NULL && wish->who != NULL && strcmp(who, wish->who) == 0)
			return 5;
		if (wish->want == want)
			same = true;
		else
			opposite = true;
	}
	if (who != NULL)
		return 0;
	if (same)
		return 4;
	if (!pci_device_is_graphics(intent->device))
		return 0;
	/* a guest rather wants the card that is there for guests */
	if (want == WANT_VM && card_boot_display(card) != NULL)
		return 1;
	return opposite ? 2 : 3;
}

/* What the guest itself wants of the card; `want` where it says nothing of it: a VM whose
 * card is split wants it with the host. */
static enum want guests_want(const struct intent *intent, enum want want, const char *who)
{
	for (size_t i = 0; i < intent->count && who != NULL; i++)
		if (intent->wish[i]->who != NULL &&
			strcmp(who, intent->wish[i]->who) == 0)
			return intent->wish[i]->want;
	return want;
}

/* --ct, --vm, --domain, --want: only the cards that fit best stay, with that intent. */
static void ask(struct context *context)
{
	const struct request *request = &context->request;
	CLEANUP_FREE char *who = NULL;
	enum want want = request->want;
	size_t kept = 0;
	int best = 1;

	if (request->container != NULL) {
		const struct container_guest *guest =
			guests_next_container(context, NULL);

		who = guest != NULL ? copy_text(guest->name)
				    : format_text("container %s", request->container);
		want = WANT_HOST;
	} else if (request->machine >= 0) {
		who = format_text("VM %ld", request->machine);
		want = WANT_VM;
	} else if (request->domain != NULL) {
		who = format_text("libvirt domain %s", request->domain);
		want = WANT_VM;
	}
	if (want == WANT_NOTHING)
		return;
	for (size_t i = 0; i < context->intents; i++) {
		struct intent *intent = &context->intent[i];
		struct card card = devices_card(&context->devices, intent->device);
		int fits = fitness(intent, &card, want, who);

		best = fits > best ? fits : best;
	}
	for (size_t i = 0; i < context->intents; i++) {
		struct intent *intent = &context->intent[i];
		struct card card = devices_card(&context->devices, intent->device);

		if (request->words == 0 && fitness(intent, &card, want, who) != best)
			continue;
		intent->want = guests_want(intent, want, who);
		intent->asked = true;
		if (who != NULL) {
			free(intent->who);
			intent->who = copy_text(who);
		}
		context->intent[kept++] = *intent;
	}
	context->intents = kept;
}

/* Whether the user asked about this card, be it by naming none. */
static bool is_named(const struct context *context, const struct card *card)
{
	const struct request *request = &context->request;
	bool named = request->words == 0;

	for (size_t i = 0; i < request->words && !named; i++) {
		CLEANUP_FREE char *why = NULL;
		struct card meant;

		named = devices_resolve(&context->devices, request->word[i], &meant, NULL,
				&why) == 0 &&
			card_has(card, meant.function);
	}
	return named;
}

/* Words that mean no card here are a mistake of the user's. */
static void refuse_words(struct context *context)
{
	for (size_t i = 0; i < context->request.words; i++) {
		CLEANUP_FREE char *why = NULL;
		struct card meant;

		if (devices_resolve(&context->devices, context->request.word[i], &meant,
			    NULL, &why) < 0)
			lines_add(&context->wrong, "%s", why);
	}
}

void collect_intents(struct context *context)
{
	const struct devices *devices = &context->devices;

	refuse_words(context);
	for (size_t i = 0; i < devices->count;) {
		struct card card = devices_card(devices, &devices->device[i]);
		struct intent intent = {.device = card_face(&card)};

		i += card.count;
		if (pci_device_is_bridge(intent.device) || !is_named(context, &card))
			continue;
		gather(context, &card, &intent);
		if (!pci_device_is_graphics(intent.device) && intent.count == 0 &&
			context->request.words == 0)
			continue;
		intent.device = named_function(context, &card, &intent);
		context->intent = allocate_more(context->intent,
			(context->intents + 1) * sizeof(*context->intent));
		context->intent[context->intents++] = intent;
	}
	ask(context);
}

bool intent_is_vm(const struct intent *intent)
{
	return intent->want == WANT_VM;
}

bool intent_is_host(const struct intent *intent)
{
	return intent->want == WANT_HOST;
}

const char *intent_who(const struct intent *intent)
{
	if (intent->who != NULL)
		return intent->who;
	return intent->want == WANT_VM ? "a VM" : "the host";
}

struct card intent_card(const struct context *context, const struct intent *intent)
{
	return devices_card(&context->devices, intent->device);
}

bool intent_is_ours(const struct intent *intent)
{
	for (size_t i = 0; i < intent->count; i++)
		if (strcmp(intent->wish[i]->source, conf_path) == 0 ||
			strstr(intent->wish[i]->text, "vfio_early=") != NULL)
			return true;
	return false;
}

const struct intent *guest_device(
	const struct context *context, const char *name, const struct intent *after)
{
	size_t at = after != NULL ? (size_t)(after - context->intent) + 1 : 0;

	for (; at < context->intents; at++) {
		const struct intent *intent = &context->intent[at];

		if (intent->asked && intent->who != NULL &&
			strcmp(intent->who, name) == 0)
			return intent;
		for (size_t i = 0; i < intent->count; i++)
			if (intent->wish[i]->who != NULL &&
				strcmp(intent->wish[i]->who, name) == 0)
				return intent;
	}
	return NULL;
}
