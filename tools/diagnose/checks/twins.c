/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two cards with one ID: what takes the one takes the other. */
#include <string.h>

#include "tools/claims/claim.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* Another card with a function of the same ID as one of this card's. */
static const struct pci_device *twin(
	const struct context *context, const struct card *card)
{
	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *other = &context->devices.device[i];

		if (card_has(card, other) || pci_device_is_bridge(other))
			continue;
		for (size_t j = 0; j < card->count; j++)
			if (strcmp(other->id, card->function[j].id) == 0)
				return other;
	}
	return NULL;
}

/* What takes devices by their ID, and so the twin as well. */
static const struct claim *claim_by_id(
	const struct context *context, const struct pci_device *device)
{
	for (size_t i = 0; context->claims != NULL && i < context->claims->count; i++) {
		const struct claim *claim = &context->claims->claim[i];

		if (claim->kind == CLAIM_VFIO && claim->target == TARGET_ID &&
			claim_means(claim, device))
			return claim;
	}
	return NULL;
}

static const char both_taken[] = "{1} has the same ID [{2}], and {3} takes both for {4}";
static const char by_address[] =
	"remove that, and let vfio-early take the one that is meant by its address";
VERDICT no_twin = {CHECK_PASS, "no other device has the same ID"};
VERDICT twin_left = {
	CHECK_PASS, "{1} has the same ID [{2}], and nothing takes devices by that ID"};
VERDICT twins_of_nobody = {CHECK_INFO, both_taken, by_address, .reboot = true};
VERDICT twins_for_vms = {
	CHECK_PASS, both_taken, by_address, "vfio-early enable {device}", .reboot = true};
VERDICT twin_taken = {
	CHECK_FAIL, both_taken, by_address, "vfio-early enable {device}", .reboot = true};
VERDICT host_twin_taken = {CHECK_FAIL, both_taken, by_address, .reboot = true};

/* Something takes both. */
static const struct verdict *judge_twins(
	const struct intent *intent, const struct intent *other)
{
	if (intent->want == WANT_NOTHING)
		return &twins_of_nobody;
	if (!intent_is_vm(intent))
		return &host_twin_taken;
	return other != NULL && intent_is_vm(other) ? &twins_for_vms : &twin_taken;
}

static void check_twins(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	const struct pci_device *other = twin(context, &card);
	const struct claim *claim = other != NULL ? claim_by_id(context, other) : NULL;

	if (other == NULL) {
		verdict_row(findings, &no_twin, NULL);
	} else if (claim == NULL) {
		verdict_row(findings, &twin_left, other->address, other->id, NULL);
	} else {
		verdict_row(findings, judge_twins(intent, context_intent(context, other)),
			other->address, other->id, claim->who,
			claim->driver != NULL ? claim->driver : "vfio-pci", NULL);
		finding_evidence(findings, claim->source, "%s", claim->text);
	}
}

const struct check twins_checks[] = {
	{.id = "DEV-TWIN-IDS",
		.about =
			"whether another device has the same ID and is taken with the card",
		.run_device = check_twins},
	{0},
};
