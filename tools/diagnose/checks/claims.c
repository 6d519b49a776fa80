/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who else claims the card, and whether they contradict each other or the user. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/text/lines.h"
#include "tools/boot/loader.h"
#include "tools/claims/claim.h"
#include "tools/claims/undo.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/gathered.h"
#include "tools/diagnose/remedy.h"

struct tally {
	const struct intent *intent;
	struct card card;
	struct gathered gathered;
	size_t vfio, host, scripts; /* claims on the card */
	size_t leftovers;
	bool blocked_vfio, blocked_host;
	const struct claim *last; /* the last one counted */
	struct lines undo;	  /* commands */
	bool image, loader; /* the initramfs, or the boot menu, has to be made anew */
};

/* Modules without which the host cannot drive the card. */
static bool is_host_driver(const struct tally *tally, const char *module)
{
	static const struct {
		uint16_t vendor;
		const char *module;
	} drivers[] = {{0x10de, "nvidia"}, {0x1002, "amdgpu"}, {0x1002, "radeon"},
		{0x8086, "i915"}, {0x8086, "xe"}};

	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (tally->card.function->facts.function.vendor == drivers[i].vendor &&
			kernel_name_is(span_of(module), drivers[i].module))
			return true;
	return false;
}

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

static void note_undo(struct tally *tally, const struct claim *claim)
{
	CLEANUP_FREE char *command = claim_undo(claim);

	if (!is_against(tally, claim))
		return;
	if (command != NULL)
		lines_add(&tally->undo, "%s", command);
	claim_apply_undo(claim, &tally->image, &tally->loader);
}

static void count_claim(struct tally *tally, const struct claim *claim)
{
	const char *how = NULL;

	/* a line with several IDs is one setting */
	if (tally->last != NULL && strcmp(tally->last->source, claim->source) == 0 &&
		strcmp(tally->last->text, claim->text) == 0)
		return;
	if (claim->kind == CLAIM_LEFTOVER) {
		tally->leftovers++;
		how = "is still there";
	} else if (claim->kind == CLAIM_BLOCK) {
		/* a blacklist does not keep vfio-pci out: it is asked for by name */
		if (is_vm_driver(span_of(claim->what)) && claim->driver != NULL) {
			tally->blocked_vfio = true;
			how = "keeps vfio-pci from loading";
		} else if (is_host_driver(tally, claim->what)) {
			tally->blocked_host = true;
			how = "keeps the host's driver from loading";
		}
	} else if (means_card(tally, claim)) {
		tally->vfio += claim->kind == CLAIM_VFIO;
		tally->host += claim->kind == CLAIM_HOST;
		tally->scripts += claim->kind == CLAIM_SCRIPT;
		how = claim->kind == CLAIM_VFIO	  ? "gives it to a VM"
		      : claim->kind == CLAIM_HOST ? "gives it to the host"
						  : "moves it as the system runs";
	} else if ((claim->kind == CLAIM_SCRIPT || claim->kind == CLAIM_VFIO) &&
		   (claim->target == TARGET_UNKNOWN ||
			   (claim->kind == CLAIM_SCRIPT &&
				   claim->target == TARGET_MODULE &&
				   is_vm_driver(span_of(claim->what))))) {
		tally->scripts++;
		how = "may move it";
	}
	if (how == NULL)
		return;
	tally->last = claim;
	gather_evidence(&tally->gathered, claim->source, "%s %s: %s", claim->who, how,
		claim->text);
	note_undo(tally, claim);
}

static void judge(struct tally *tally, const struct intent *intent)
{
	const char *who = intent->who != NULL	    ? intent->who
			  : intent->want == WANT_VM ? "a VM"
						    : "the host";
	bool drives = intent->device->facts.driver[0] != '\0';
	struct gathered *gathered = &tally->gathered;
	enum check_status status = CHECK_PASS;
	char *sentence = NULL;

	if (tally->vfio > 0 && tally->host > 0) {
		status = CHECK_FAIL;
		sentence = format_text(
			"some settings give the card to a VM and others to the host");
	} else if (intent->want == WANT_VM && tally->host > 0) {
		status = CHECK_FAIL;
		sentence = format_text(
			"the card is for %s, and a setting gives it to the host", who);
	} else if (intent->want == WANT_VM && tally->blocked_vfio) {
		status = CHECK_FAIL;
		sentence = format_text(
			"the card is for %s, and a setting keeps vfio-pci from loading",
			who);
	} else if (intent->want == WANT_HOST && tally->vfio > 0) {
		status = CHECK_FAIL;
		sentence = format_text("the card is for %s, and %zu setting%s it to a VM",
			who, tally->vfio, tally->vfio == 1 ? " gives" : "s give");
	} else if (intent->want == WANT_HOST && tally->blocked_host && !drives) {
		status = CHECK_FAIL;
		sentence = format_text(
			"the card is for %s, and a setting keeps its driver from loading",
			who);
	} else if (intent->want == WANT_BOTH && tally->vfio + tally->host > 0) {
		status = CHECK_INFO;
		sentence = copy_text(
			"something else claims the card: MODE-CONFLICT has the two ways out");
	} else if (tally->scripts > 0) {
		status = CHECK_WARN;
		sentence = copy_text(
			"something else may move the card between drivers as the system runs");
	} else if (tally->leftovers > 0) {
		status = CHECK_WARN;
		sentence =
			copy_text("files of an older set-up for passthrough are there");
	} else if (tally->vfio + tally->host > 0) {
		status = CHECK_INFO;
		sentence =
			copy_text("something else claims the card too, to the same end");
	}
	gathered->status = status;
	gathered->sentence = sentence;
	gathered->count = 1;
}

/* What makes the lines' absence count, once they are gone. */
static void say_what_follows(const struct tally *tally, struct findings *findings)
{
	CLEANUP_FREE char *menu = tally->loader ? boot_menu_command() : NULL;

	if (menu != NULL)
		finding_command(findings, "%s", menu);
	if (tally->image)
		finding_command(findings, "%s", image_command());
}

static void say_remedy(
	struct tally *tally, enum check_status status, struct findings *findings)
{
	if (status == CHECK_INFO) {
		finding_remedy(findings,
			"nothing needs to be done; vfio-early takes cards by their place, "
			"so that these lines can go");
		return;
	}
	finding_remedy(findings,
		status == CHECK_FAIL
			? "remove the lines above that are against it"
			: "remove the lines above unless you want them: a card that is "
			  "bound from the start needs no moving");
	for (size_t i = 0; i < tally->undo.count; i++)
		finding_command(findings, "%s", tally->undo.line[i]);
	say_what_follows(tally, findings);
	if (status == CHECK_FAIL) {
		finding_command(findings, "reboot");
		finding_needs_reboot(findings);
	}
}

static void check_claims(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct tally tally = {.intent = intent};
	const struct claims *claims = context->claims;
	enum check_status status;

	if (claims == NULL) {
		finding(findings, CHECK_UNKNOWN,
			"the configuration of modules and devices could not be read");
		return;
	}
	tally.card = devices_card(&context->devices, intent->device);
	for (size_t i = 0; i < claims->count; i++)
		if (!claims->claim[i].ours)
			count_claim(&tally, &claims->claim[i]);
	/* what only loads vfio-pci belongs to those who give the card to it */
	for (size_t i = 0; tally.vfio > 0 && i < claims->count; i++)
		if (!claims->claim[i].ours && claims->claim[i].kind == CLAIM_ORDER)
			gather_evidence(&tally.gathered, claims->claim[i].source,
				"%s loads vfio-pci early: %s", claims->claim[i].who,
				claims->claim[i].text);
	judge(&tally, intent);
	status = tally.gathered.status;
	gathered_say(&tally.gathered, findings, NULL, "nothing else claims the card");
	if (status != CHECK_PASS)
		say_remedy(&tally, status, findings);
	lines_free(&tally.undo);
}

const struct check claim_checks[] = {
	{.id = "DRV-OTHER-CLAIMS",
		.about = "who else claims the card, by file and line",
		.run_device = check_claims},
	{0},
};
