/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known messages in the kernel log, about the cards that the diagnosis is about. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/findings.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/checks/signature-match.h"
#include "tools/pci/cards.h"

/* A message that was found, once or more often. */
struct hit {
	const struct signature *signature;
	const struct log_record *first, *last;
	enum check_status level;
	size_t count;
};

struct hits {
	struct hit *hit;
	size_t count;
};

/* A card's neighbours: what is in its IOMMU group, and the bridges above it. */
static bool is_near(const struct card *card, const struct pci_device *device)
{
	const struct pci_function *function = &card->function[0].facts.function;

	for (unsigned int i = 0; i < function->depth; i++)
		if (pci_address_compare(
			    &function->above[i], &device->facts.function.address) == 0)
			return true;
	return device->facts.group >= 0 &&
	       device->facts.group == card->function[0].facts.group;
}

/* The device that a record speaks of; false: it is none of ours. */
static bool is_relevant(const struct context *context, const struct log_record *record,
	const struct intent **intent)
{
	struct pci_address address;
	const struct pci_device *device;

	*intent = NULL;
	if (record->device == NULL ||
		!pci_address_parse(
			(struct span){record->device, strlen(record->device)}, &address))
		return true;
	device = devices_find(&context->devices, &address);
	/* gone from the bus: it may have been ours */
	if (device == NULL)
		return true;
	*intent = context_intent(context, device);
	for (size_t i = 0; *intent == NULL && i < context->intents; i++) {
		struct card card =
			devices_card(&context->devices, context->intent[i].device);

		if (is_near(&card, device))
			*intent = &context->intent[i];
	}
	return *intent != NULL;
}

/* How bad the message is for what the card, or any card, is wanted for. */
static enum check_status level_of(const struct context *context,
	const struct signature *signature, const struct intent *intent)
{
	bool vm = intent != NULL ? intent->want == WANT_VM || intent->want == WANT_BOTH
				 : context_wants(context, WANT_VM);
	bool host = intent != NULL
			    ? intent->want == WANT_HOST || intent->want == WANT_BOTH
			    : context_wants(context, WANT_HOST);

	if (vm && host)
		return signature->vm > signature->host ? signature->vm : signature->host;
	if (vm)
		return signature->vm;
	if (host)
		return signature->host;
	/* nobody is in trouble unless everybody would be */
	return signature->vm == signature->host ? signature->vm : CHECK_INFO;
}

static void add_hit(struct hits *hits, const struct signature *signature,
	const struct log_record *record, enum check_status level)
{
	for (size_t i = 0; i < hits->count; i++) {
		struct hit *hit = &hits->hit[i];
		const char *device = hit->first->device;

		if (hit->signature != signature || hit->level != level ||
			(device == NULL) != (record->device == NULL) ||
			(device != NULL && strcmp(device, record->device) != 0))
			continue;
		hit->last = record;
		hit->count++;
		return;
	}
	hits->hit = allocate_more(hits->hit, (hits->count + 1) * sizeof(*hits->hit));
	hits->hit[hits->count++] = (struct hit){signature, record, record, level, 1};
}

static void find_hits(const struct context *context, struct hits *hits)
{
	for (size_t i = 0; i < context->log->count; i++) {
		const struct log_record *record = &context->log->record[i];

		for (size_t j = 0; j < signature_count; j++) {
			const struct intent *intent;

			if (signature_fits(&signatures[j], record->text) &&
				is_relevant(context, record, &intent))
				add_hit(hits, &signatures[j], record,
					level_of(context, &signatures[j], intent));
		}
	}
}

static void show_record(struct findings *findings, const struct context *context,
	const struct log_record *record)
{
	CLEANUP_FREE char *path =
		format_text("%s:%llu", context->log->source, record->sequence);

	finding_evidence(findings, path, "%s", record->text);
}

static void show_harmless(
	struct findings *findings, const struct context *context, const struct hit *hit)
{
	CLEANUP_FREE char *path =
		format_text("%s:%llu", context->log->source, hit->first->sequence);

	finding_evidence(findings, path, "%s: %s", hit->signature->id, hit->first->text);
}

VERDICT known_message = {CHECK_WARN, "{1}{2}: {3}", "{4}"};

/* A message is never a verdict: the worst that it comes to is a warning, and the check
 * that it belongs to decides. */
static void show_hit(
	struct findings *findings, const struct context *context, const struct hit *hit)
{
	const struct signature *signature = hit->signature;
	CLEANUP_FREE char *times =
		hit->count == 1 ? copy_text("") : format_text(", %zu times", hit->count);

	verdict_row(findings, &known_message, signature->id, times, signature->cause,
		signature->fix, NULL);
	if (hit->first->device != NULL)
		finding_subject(findings, hit->first->device);
	json_object_set_new(findings->current, "signature", json_string(signature->id));
	json_object_set_new(
		findings->current, "level", json_string(check_status_name(hit->level)));
	json_object_set_new(findings->current, "supports", json_text(signature->check));
	show_record(findings, context, hit->first);
	if (hit->count > 1)
		show_record(findings, context, hit->last);
}

VERDICT log_cut = {CHECK_UNKNOWN,
	"part of the kernel log is missing, and with it perhaps a message"};
VERDICT no_known_message = {
	CHECK_PASS, "no message in the kernel log that is known to mean trouble"};
VERDICT messages_well = {
	CHECK_PASS, "{1} known messages in the kernel log are as they should be"};

static bool is_bad(const struct hit *hit)
{
	return hit->level == CHECK_WARN || hit->level == CHECK_FAIL;
}

/* The row about what means no trouble, if there is something to say about it. */
static void judge_rest(
	const struct context *context, const struct hits *hits, struct findings *findings)
{
	const struct log *log = context->log;
	CLEANUP_FREE char *number = NULL;
	size_t harmless = 0;

	for (size_t i = 0; i < hits->count; i++)
		harmless += !is_bad(&hits->hit[i]);
	if (log->complete && hits->count > 0 && harmless == 0)
		return;
	number = format_text("%zu", harmless);
	verdict_row(findings,
		!log->complete	? &log_cut
		: harmless == 0 ? &no_known_message
				: &messages_well,
		number, NULL);
	if (!log->complete)
		finding_evidence(findings, log->source, "%s", log->reason);
	for (size_t i = 0; i < hits->count; i++)
		if (hits->hit[i].level == CHECK_PASS || hits->hit[i].level == CHECK_INFO)
			show_harmless(findings, context, &hits->hit[i]);
}

static void check_signatures(const struct context *context, struct findings *findings)
{
	struct hits hits = {0};

	find_hits(context, &hits);
	for (size_t i = 0; i < hits.count; i++)
		if (is_bad(&hits.hit[i]))
			show_hit(findings, context, &hits.hit[i]);
	judge_rest(context, &hits, findings);
	free(hits.hit);
}

const struct check log_checks[] = {
	{.id = "LOG-SIGNATURES",
		.about = "messages in the kernel log that are known to mean something",
		.run = check_signatures},
	{0},
};
