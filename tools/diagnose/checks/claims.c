/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who else claims the card, and whether they contradict each other or the user. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/boot/loader.h"
#include "tools/claims/block.h"
#include "tools/claims/claim.h"
#include "tools/claims/undo.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/remedy.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* A claim that bears on the card, and how: "gives it to a VM". */
struct bearing {
	const struct claim *claim;
	const char *how;
};

struct tally {
	const struct intent *intent;
	struct card card;
	struct bearing *bearing;
	size_t count;
	size_t vfio, host, scripts; /* claims on the card */
	size_t leftovers;
	bool blocked_vfio, blocked_host;
};

static bool means_card(const struct tally *tally, const struct claim *claim)
{
	for (size_t i = 0; i < tally->card.count; i++)
		if (claim_means(claim, &tally->card.function[i]))
			return true;
	return false;
}

/* Whether it is against the user's wish. */
static bool is_against(const struct tally *tally, const struct claim *claim)
{
	switch (claim->kind) {
	case CLAIM_VFIO:
		return tally->intent->want == WANT_HOST;
	case CLAIM_HOST:
		return tally->intent->want == WANT_VM;
	case CLAIM_BLOCK:
		return is_vm_driver(span_of(claim->what)) ==
		       (tally->intent->want == WANT_VM);
	case CLAIM_SCRIPT:
	case CLAIM_LEFTOVER:
		return true;
	case CLAIM_ORDER:
		break;
	}
	return false;
}

static const char *count_block(struct tally *tally, const struct claim *claim)
{
	/* a blacklist does not keep vfio-pci out: it is asked for by name */
	if (is_vm_driver(span_of(claim->what)) &&
		(claim->driver != NULL || text_begins(claim->text, "module_blacklist"))) {
		tally->blocked_vfio = true;
		return "keeps vfio-pci from loading";
	}
	if (claim_blocked_driver(claim, tally->intent->device) != NULL) {
		tally->blocked_host = true;
		return "keeps the host's driver from the card";
	}
	return NULL;
}

/* Whether it speaks of no device in particular, and so perhaps of this one. */
static bool may_mean_card(const struct claim *claim)
{
	if (claim->kind != CLAIM_SCRIPT && claim->kind != CLAIM_VFIO)
		return false;
	return claim->target == TARGET_UNKNOWN ||
	       (claim->kind == CLAIM_SCRIPT && claim->target == TARGET_MODULE &&
		       is_vm_driver(span_of(claim->what)));
}

/* Counts the claim and says how it bears on the card; NULL: not at all. */
static const char *count_claim(struct tally *tally, const struct claim *claim)
{
	if (claim->kind == CLAIM_LEFTOVER) {
		tally->leftovers++;
		return "is still there";
	}
	if (claim->kind == CLAIM_BLOCK)
		return count_block(tally, claim);
	if (means_card(tally, claim)) {
		tally->vfio += claim->kind == CLAIM_VFIO;
		tally->host += claim->kind == CLAIM_HOST;
		tally->scripts += claim->kind == CLAIM_SCRIPT;
		return claim->kind == CLAIM_VFIO   ? "gives it to a VM"
		       : claim->kind == CLAIM_HOST ? "gives it to the host"
						   : "moves it as the system runs";
	}
	if (!may_mean_card(claim))
		return NULL;
	tally->scripts++;
	return "may move it";
}

/* A line with several IDs is one setting. */
static bool is_same_setting(const struct tally *tally, const struct claim *claim)
{
	const struct claim *last =
		tally->count > 0 ? tally->bearing[tally->count - 1].claim : NULL;

	return last != NULL && strcmp(last->source, claim->source) == 0 &&
	       strcmp(last->text, claim->text) == 0;
}

static void count_claims(struct tally *tally, const struct claims *claims)
{
	for (size_t i = 0; i < claims->count; i++) {
		const struct claim *claim = &claims->claim[i];
		const char *how = claim->ours || is_same_setting(tally, claim)
					  ? NULL
					  : count_claim(tally, claim);

		if (how != NULL)
			*ARRAY_ADD(tally->bearing, tally->count) =
				(struct bearing){claim, how};
	}
	/* what only loads vfio-pci belongs to those who give the card to it */
	for (size_t i = 0; tally->vfio > 0 && i < claims->count; i++)
		if (!claims->claim[i].ours && claims->claim[i].kind == CLAIM_ORDER)
			*ARRAY_ADD(tally->bearing, tally->count) = (struct bearing){
				&claims->claim[i], "loads vfio-pci early"};
}

#define AGAINST_IT "remove the lines above that are against it"
#define UNLESS_WANTED \
	"remove the lines above unless you want them: a card that is bound from the " \
	"start needs no moving"
#define MAY_GO \
	"nothing needs to be done; vfio-early takes cards by their place, so that these " \
	"lines can go"
VERDICT claims_unknown = {
	CHECK_UNKNOWN, "the configuration of modules and devices could not be read"};
VERDICT no_other_claim = {CHECK_PASS, "nothing else claims the card"};
VERDICT contradiction = {CHECK_FAIL,
	"some settings give the card to a VM and others to the host", AGAINST_IT,
	.reboot = true};
VERDICT given_to_host = {CHECK_FAIL,
	"the card is for {who}, and a setting gives it to the host", AGAINST_IT,
	.reboot = true};
VERDICT vfio_blocked = {CHECK_FAIL,
	"the card is for {who}, and a setting keeps vfio-pci from loading", AGAINST_IT,
	.reboot = true};
VERDICT given_to_vm = {CHECK_FAIL,
	"the card is for {who}, and 1 setting gives it to a VM", AGAINST_IT,
	.reboot = true};
VERDICT given_to_vm_often = {CHECK_FAIL,
	"the card is for {who}, and {1} settings give it to a VM", AGAINST_IT,
	.reboot = true};
VERDICT driver_blocked = {CHECK_FAIL,
	"the card is for {who}, and a setting keeps its driver away", AGAINST_IT,
	.reboot = true};
VERDICT two_purposes = {CHECK_INFO,
	"something else claims the card: MODE-CONFLICT has the two ways out", MAY_GO};
VERDICT may_be_moved = {CHECK_WARN,
	"something else may move the card between drivers as the system runs",
	UNLESS_WANTED};
VERDICT left_over = {
	CHECK_WARN, "files of an older set-up for passthrough are there", UNLESS_WANTED};
VERDICT same_end = {
	CHECK_INFO, "something else claims the card too, to the same end", MAY_GO};

/* What is against the user's wish; NULL: nothing. */
static const struct verdict *judge_against(const struct tally *tally)
{
	const struct intent *intent = tally->intent;
	bool vm = intent_is_vm(intent), host = intent_is_host(intent);

	if (tally->vfio > 0 && tally->host > 0)
		return &contradiction;
	if (vm && tally->host > 0)
		return &given_to_host;
	if (vm && tally->blocked_vfio)
		return &vfio_blocked;
	if (host && tally->vfio > 0)
		return tally->vfio == 1 ? &given_to_vm : &given_to_vm_often;
	if (host && tally->blocked_host && intent->device->facts.driver[0] == '\0')
		return &driver_blocked;
	return NULL;
}

static const struct verdict *judge(const struct tally *tally)
{
	const struct verdict *against = judge_against(tally);
	bool claimed = tally->vfio + tally->host > 0;

	if (against != NULL)
		return against;
	if (tally->intent->want == WANT_BOTH && claimed)
		return &two_purposes;
	if (tally->scripts > 0)
		return &may_be_moved;
	if (tally->leftovers > 0)
		return &left_over;
	return claimed ? &same_end : &no_other_claim;
}

/* The commands that take back what is against the wish, and make the absence of the lines
 * count. */
static void show_commands(const struct tally *tally, const struct verdict *verdict,
	struct findings *findings)
{
	CLEANUP_FREE char *menu = NULL;
	bool image = false, loader = false;

	for (size_t i = 0; i < tally->count; i++) {
		const struct claim *claim = tally->bearing[i].claim;
		CLEANUP_FREE char *undo = claim_undo(claim);

		if (!is_against(tally, claim))
			continue;
		if (undo != NULL)
			finding_command(findings, "%s", undo);
		claim_apply_undo(claim, &image, &loader);
	}
	menu = loader ? boot_menu_command() : NULL;
	if (menu != NULL)
		finding_command(findings, "%s", menu);
	else if (loader)
		finding_remedy(findings,
			"%s, then have the boot entries made anew, as your boot loader "
			"wants it",
			verdict->remedy);
	if (image)
		remedy_make_images(findings);
	if (verdict->status == CHECK_FAIL)
		finding_command(findings, "reboot");
}

static void check_claims(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct tally tally = {.intent = intent, .card = intent_card(context, intent)};
	CLEANUP_FREE char *number = NULL;
	const struct verdict *verdict;

	if (context->claims == NULL) {
		verdict_row(findings, &claims_unknown, NULL);
		return;
	}
	count_claims(&tally, context->claims);
	verdict = judge(&tally);
	number = format_text("%zu", tally.vfio);
	verdict_row(findings, verdict, number, NULL);
	for (size_t i = 0; i < tally.count; i++) {
		const struct claim *claim = tally.bearing[i].claim;

		finding_evidence(findings, claim->source, "%s %s: %s", claim->who,
			tally.bearing[i].how, claim->text);
	}
	if (verdict->status == CHECK_FAIL || verdict->status == CHECK_WARN)
		show_commands(&tally, verdict, findings);
	free(tally.bearing);
}

const struct check claim_checks[] = {
	{.id = "DRV-OTHER-CLAIMS",
		.about = "who else claims the card, by file and line",
		.run_device = check_claims},
	{0},
};
