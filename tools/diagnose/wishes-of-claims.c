/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the claims say about the user's intent. */
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/claims/claim.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/wishes-of-claims.h"
#include "tools/pci/cards.h"

/* Whether one of the first `count` wishes wants the device in a VM. */
static bool is_for_vm(
	const struct context *context, const struct pci_device *device, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (context->wishes.wish[i].want == WANT_VM &&
			wish_means(context, &context->wishes.wish[i], device))
			return true;
	return false;
}

enum fit { FIT_ALL, FIT_WANTED, FIT_NOT_BOOT_DISPLAY };

/*
 * An ID is a description, and may fit more devices than its author thought of: those that
 * somebody wants in a VM by another statement, if there are any; else all but the boot
 * display, if there are any; else all.
 */
static enum fit how_it_fits(
	const struct context *context, const struct claim *claim, size_t before)
{
	size_t wanted = 0, others = 0;

	if (claim->target != TARGET_ID)
		return FIT_ALL;
	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *other = &context->devices.device[i];

		if (!claim_means(claim, other))
			continue;
		wanted += is_for_vm(context, other, before);
		others += !other->facts.boot_display;
	}
	if (wanted > 0)
		return FIT_WANTED;
	return others > 0 ? FIT_NOT_BOOT_DISPLAY : FIT_ALL;
}

/* One wish a line and card, however many functions of the card it names. */
static bool is_known(const struct context *context, const struct claim *claim,
	const struct pci_device *device)
{
	const struct wishes *wishes = &context->wishes;
	struct card card = devices_card(&context->devices, device);

	for (size_t i = 0; i < wishes->count; i++) {
		if (strcmp(wishes->wish[i].source, claim->source) != 0)
			continue;
		for (size_t j = 0; j < card.count; j++)
			if (wish_means(context, &wishes->wish[i], &card.function[j]))
				return true;
	}
	return false;
}

/* What others claim is what the user wants, until something says otherwise. */
static void wish_for_claim(
	struct context *context, const struct claim *claim, size_t before)
{
	enum fit fit = how_it_fits(context, claim, before);

	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *device = &context->devices.device[i];

		if (!claim_means(claim, device) || pci_device_is_bridge(device) ||
			(fit == FIT_WANTED && !is_for_vm(context, device, before)) ||
			(fit == FIT_NOT_BOOT_DISPLAY && device->facts.boot_display) ||
			is_known(context, claim, device))
			continue;
		wish_add(context, claim->kind == CLAIM_VFIO ? WANT_VM : WANT_HOST,
			device->address, NULL, claim->source, "%s", claim->text);
	}
}

static void wish_for_claims(struct context *context)
{
	size_t before = context->wishes.count;

	for (size_t i = 0; i < context->claims->count; i++) {
		const struct claim *claim = &context->claims->claim[i];

		if (!claim->ours &&
			(claim->kind == CLAIM_VFIO || claim->kind == CLAIM_HOST))
			wish_for_claim(context, claim, before);
	}
}

/* The container toolkit wants every NVIDIA card that nothing else is said about. */
static void wish_for_toolkit(struct context *context)
{
	static const char path[] = "/etc/nvidia-container-runtime/config.toml";
	size_t before = context->wishes.count;

	if (!root_exists(path))
		return;
	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *device = &context->devices.device[i];
		bool spoken_of = false;

		if (device->facts.function.vendor != VENDOR_NVIDIA ||
			!pci_device_is_graphics(device))
			continue;
		for (size_t j = 0; j < before && !spoken_of; j++)
			spoken_of = wish_means(context, &context->wishes.wish[j], device);
		if (!spoken_of)
			wish_add(context, WANT_HOST, device->address, NULL, path,
				"the NVIDIA container toolkit is set up");
	}
}

void wishes_of_claims(struct context *context)
{
	wish_for_claims(context);
	wish_for_toolkit(context);
}
