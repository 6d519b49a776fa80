/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the early program did in this boot, and what it will do in the next one. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/selection/predict.h"
#include "tools/selection/boot-record.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/checks/early.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/next-boot.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* Whether a function of the same card ahead of this line tells the same. */
static bool is_repeated(
	const struct context *context, const struct record *record, size_t at)
{
	const struct record_line *line = &record->line[at];

	for (size_t i = 0; i < at; i++) {
		const struct record_line *other = &record->line[i];
		const struct pci_device *device =
			devices_find(&context->devices, &other->address);

		if (pci_same_slot(&other->address, &line->address) &&
			strcmp(other->reason, line->reason) == 0 && device != NULL &&
			record_fate(other, device->facts.driver) != FATE_AS_WANTED)
			return true;
	}
	return false;
}

#define FREE_IT \
	"see what holds it (DRV-BOUND) and who claims it (DRV-OTHER-CLAIMS), then restart"
static const char not_given[] = "{1} was not given to {2} in this boot: {3}";
VERDICT changed = {CHECK_FAIL,
	"{1} was given to {2} in this boot, and is with another driver now", FREE_IT,
	.reboot = true};
VERDICT not_taken = {CHECK_FAIL, not_given, FREE_IT, .reboot = true};
VERDICT no_iommu = {CHECK_FAIL, not_given, "see IOMMU-ACTIVE", .reboot = true};
VERDICT gone = {CHECK_FAIL, "{1} was there in this boot, and is gone now",
	"switch the machine off and on again; if it stays away, check the card's seat and "
	"power cables",
	"poweroff", .reboot = true};
VERDICT left_display = {CHECK_INFO, not_given, "nothing needs to be done"};

/* NULL: it is as it should be, or another line says why not. */
static const struct verdict *judge_line(
	const struct record_line *line, const struct pci_device *device)
{
	if (device == NULL)
		return &gone;
	switch (record_fate(line, device->facts.driver)) {
	case FATE_CHANGED:
		return &changed;
	case FATE_NOT_TAKEN:
		return strstr(line->reason, "IOMMU") != NULL ? &no_iommu : &not_taken;
	case FATE_BOOT_DISPLAY:
		return &left_display;
	case FATE_AS_WANTED:
	case FATE_WITH_CARD:
		break;
	}
	return NULL;
}

VERDICT wrong_word = {CHECK_FAIL, "a word of this boot's flag was wrong: {1}",
	"choose the card again", "vfio-early enable DEVICE", .reboot = true};
VERDICT did_its_work = {
	CHECK_PASS, "the early program ran in this boot and did what it was told"};
VERDICT not_told = {CHECK_SKIP, "this boot was not told to give any card to vfio-pci"};
VERDICT record_unreadable = {CHECK_UNKNOWN, "{1}"};
VERDICT did_not_run = {CHECK_FAIL,
	"this boot was told to give cards away, and the early program did not run: it is "
	"not in the image that was booted",
	"let vfio-early make the image anew", "vfio-early enable\nreboot",
	.reboot = true};

static void say_line(const struct context *context, const struct record *record,
	size_t at, struct findings *findings)
{
	const struct record_line *line = &record->line[at];
	const struct verdict *verdict =
		judge_line(line, devices_find(&context->devices, &line->address));
	char address[24];
	struct text text = text_in(address, sizeof(address));

	if (verdict == NULL || is_repeated(context, record, at))
		return;
	pci_address_format(&line->address, &text);
	verdict_row(findings, verdict, address, line->driver,
		line->reason[0] != '\0' ? line->reason : "the record does not say why",
		NULL);
	finding_evidence(
		findings, RECORD_PATH, "%s %s", address, outcome_text(line->outcome));
}

/* The flag is on, and so there must be a record; what it says must still be so. */
static void judge_record(const struct context *context, const struct record *record,
	struct findings *findings)
{
	size_t before = findings_count(findings);

	for (size_t i = 0; i < record->errors.count; i++) {
		verdict_row(findings, &wrong_word, record->errors.line[i], NULL);
		finding_evidence(findings, RECORD_PATH, "%s", record->flag);
	}
	for (size_t i = 0; i < record->count; i++)
		say_line(context, record, i, findings);
	if (findings_count(findings) > before)
		return;
	verdict_row(findings, &did_its_work, NULL);
	finding_evidence(findings, RECORD_PATH, "%s", record->flag);
}

static void check_ran(const struct context *context, struct findings *findings)
{
	CLEANUP_FREE char *why = NULL;
	struct record record;

	if (!context->running_flag) {
		verdict_row(findings, &not_told, NULL);
	} else if (record_read(&record, &why) == 0) {
		judge_record(context, &record, findings);
		record_free(&record);
	} else {
		verdict_row(findings, why != NULL ? &record_unreadable : &did_not_run,
			why, NULL);
		finding_evidence(
			findings, RECORD_PATH, why != NULL ? "not readable" : "absent");
		if (why == NULL)
			finding_evidence(
				findings, "/proc/cmdline", "%s", context->cmdline);
	}
}

/* Whether the next boot will take the function away from its driver, or give it back. */
static bool will_change(const struct prediction *next, const struct pci_device *device)
{
	const struct plan_entry *entry =
		prediction_of(next, &device->facts.function.address);
	bool taken = entry != NULL && entry->action != ACTION_LEAVE;

	return taken != driver_is_vfio(device->facts.driver);
}

#define WHEN_IT_SUITS "restart when it suits", "reboot"
VERDICT will_be_taken = {CHECK_WARN,
	"{1}{2} is with {3} now, and the next boot gives it to {4}", WHEN_IT_SUITS,
	.reboot = true};
VERDICT will_be_left = {CHECK_WARN,
	"{1}{2} is with {3} now, and the next boot leaves it with the host{4}",
	WHEN_IT_SUITS, .reboot = true};

/* One row, by the first of the card's functions that changes hands. */
static void say_next(const struct prediction *next, const struct card *card,
	const struct pci_device *first, size_t count, struct findings *findings)
{
	const struct plan_entry *entry =
		prediction_of(next, &first->facts.function.address);
	bool taken = entry != NULL && entry->action != ACTION_LEAVE;
	CLEANUP_FREE char *more =
		count > 1 ? format_text(" (with %zu more of the card)", count - 1)
			  : copy_text("");
	CLEANUP_FREE char *why = entry != NULL
					 ? format_text(": %s", reason_text(entry->reason))
					 : copy_text("");

	verdict_row(findings, taken ? &will_be_taken : &will_be_left, first->address,
		more, driver_text(first), taken ? entry->driver : why, NULL);
	for (size_t i = 0; i < card->count; i++) {
		CLEANUP_FREE char *path = attribute_path(&card->function[i], "driver");

		finding_evidence(findings, path, "%s", driver_text(&card->function[i]));
	}
}

/* What the next boot will change about a card. */
static void judge_next(
	const struct prediction *next, const struct card *card, struct findings *findings)
{
	const struct pci_device *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < card->count; i++)
		if (will_change(next, &card->function[i])) {
			first = first == NULL ? &card->function[i] : first;
			count++;
		}
	if (first != NULL)
		say_next(next, card, first, count, findings);
}

/* Whether the plan for the next boot, or what the user chose, is about the card; and a
 * card that answers, since nothing can be planned about another. */
static bool is_concerned(const struct context *context, const struct prediction *next,
	const struct card *card)
{
	const struct intent *intent = context_intent(context, card->function);
	bool concerned = intent != NULL && intent_is_ours(intent);

	for (size_t i = 0; i < card->count; i++) {
		const struct device *facts = &card->function[i].facts;

		if (facts->header_type == HEADER_DEAD)
			return false;
		concerned = concerned ||
			    prediction_of(next, &facts->function.address) != NULL;
	}
	return concerned;
}

/* Whether DRV-BOUND tells what the next boot changes: a card that somebody waits for. */
static bool is_told(const struct context *context, const struct card *card)
{
	const struct intent *intent = context_intent(context, card->function);

	return intent != NULL &&
	       (next_boot_takes(context, intent) || next_boot_returns(context, intent));
}

VERDICT told = {CHECK_SKIP, "the next boot changes who has a card: DRV-BOUND says which"};
VERDICT did_not_come_up = {CHECK_FAIL,
	"the last passthrough boot did not come up, and {1} boots normally since",
	"find out why it did not come up, then enable again",
	"journalctl --list-boots\nvfio-early enable", .reboot = true};
VERDICT next_unknown = {CHECK_UNKNOWN, "what the next boot will do is not known: {1}"};
VERDICT nothing_changes = {
	CHECK_PASS, "the next boot leaves every card with the driver it has now"};

static void say_guard(const struct context *context, struct findings *findings)
{
	const struct boot_loader *loader = context->boot.loader;
	CLEANUP_FREE char *place = loader->place_of_switch();

	verdict_row(findings, &did_not_come_up, loader->name, NULL);
	finding_evidence(findings, path_name(place), "%s", loader->failed_mark);
}

static void check_pending(const struct context *context, struct findings *findings)
{
	const struct boot_state *boot = &context->boot;
	CLEANUP_FREE struct prediction *next = NULL;
	CLEANUP_FREE char *why = NULL;
	size_t before = findings_count(findings);
	bool elsewhere = false;

	if (early_passes_over(context, findings))
		return;
	if (boot->failed) {
		say_guard(context, findings);
		return;
	}
	if (boot->next == NEXT_UNKNOWN) {
		verdict_row(findings, &next_unknown,
			boot->why != NULL ? boot->why : "no boot loader was found", NULL);
		return;
	}
	next = predict_boot(boot->parameters != NULL ? boot->parameters : "", true, &why);
	for (size_t i = 0; next != NULL && i < context->devices.count;) {
		struct card card =
			devices_card(&context->devices, &context->devices.device[i]);

		i += card.count;
		if (is_told(context, &card))
			elsewhere = true;
		else if (is_concerned(context, next, &card))
			judge_next(next, &card, findings);
	}
	if (findings_count(findings) == before)
		verdict_row(findings, elsewhere ? &told : &nothing_changes, NULL);
}

const struct check boot_checks[] = {
	{.id = "EARLY-RAN",
		.about = "whether the early program did its work in this boot",
		.run = check_ran},
	{.id = "EARLY-REBOOT-PENDING",
		.about = "whether the next boot will change who has a card",
		.run = check_pending},
	{0},
};
