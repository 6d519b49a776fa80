/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the early program did in this boot, and what it will do in the next one. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/selection/predict.h"
#include "tools/selection/boot-record.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/checks/early.h"
#include "tools/diagnose/intent.h"

/* What configuration space reads of a device that has fallen off the bus, without bit 7.
 */
enum { HEADER_OF_THE_DEAD = 0x7f };

/* One function that is not where the record has it; NULL if it is. */
static const struct pci_device *strayed(
	const struct context *context, const struct record_line *line)
{
	const struct pci_device *device = devices_find(&context->devices, &line->address);

	return device != NULL && strcmp(device->facts.driver, line->driver) != 0 ? device
										 : NULL;
}

/* Whether a function of the same card ahead of this line tells the same. */
static bool is_repeated(
	const struct context *context, const struct record *record, size_t at)
{
	const struct record_line *line = &record->line[at];

	for (size_t i = 0; i < at; i++)
		if (pci_same_slot(&record->line[i].address, &line->address) &&
			strcmp(record->line[i].reason, line->reason) == 0 &&
			strayed(context, &record->line[i]) != NULL)
			return true;
	return text_begins(line->reason, "another function");
}

static void judge_line(const struct record_line *line, const struct pci_device *device,
	struct findings *findings)
{
	finding(findings, CHECK_FAIL,
		line->reason[0] != '\0'
			? "%s was not given to %s in this boot: %s"
			: "%s was given to %s in this boot, and is with another driver "
			  "now%s",
		device->address, line->driver, line->reason);
	finding_evidence(findings, RECORD_PATH, "%s %s", device->address,
		outcome_text(line->outcome));
	if (strstr(line->reason, "IOMMU") != NULL)
		finding_remedy(findings, "see IOMMU-ACTIVE");
	else
		finding_remedy(findings,
			"see what holds it (DRV-BOUND) and who claims it "
			"(DRV-OTHER-CLAIMS), then restart");
	finding_needs_reboot(findings);
}

/* The flag is on, and so there must be a record; what it says must still be so. */
static void judge_record(const struct context *context, const struct record *record,
	struct findings *findings)
{
	size_t before = findings_count(findings);

	for (size_t i = 0; i < record->errors.count; i++) {
		finding(findings, CHECK_FAIL, "a word of this boot's flag was wrong: %s",
			record->errors.line[i]);
		finding_evidence(findings, RECORD_PATH, "%s", record->flag);
		finding_remedy(findings, "choose the card again");
		finding_command(findings, "vfio-early enable DEVICE");
		finding_needs_reboot(findings);
	}
	for (size_t i = 0; i < record->count; i++) {
		const struct pci_device *device = strayed(context, &record->line[i]);

		if (device != NULL && !is_repeated(context, record, i))
			judge_line(&record->line[i], device, findings);
	}
	if (findings_count(findings) > before)
		return;
	finding(findings, CHECK_PASS,
		"the early program ran in this boot and did what it was told");
	finding_evidence(findings, RECORD_PATH, "%s", record->flag);
}

static void check_ran(const struct context *context, struct findings *findings)
{
	struct record record;
	CLEANUP_FREE char *why = NULL;
	int error;

	if (!context->running_flag) {
		finding(findings, CHECK_SKIP,
			"this boot was not told to give any card to vfio-pci");
		return;
	}
	error = record_read(&record, &why);
	if (error == 0) {
		judge_record(context, &record, findings);
		record_free(&record);
		return;
	}
	if (why != NULL) {
		finding(findings, CHECK_UNKNOWN, "%s", why);
		finding_evidence(findings, RECORD_PATH, "not readable");
		return;
	}
	finding(findings, CHECK_FAIL,
		"this boot was told to give cards away, and the early program did not run: "
		"it is not in the image that was booted");
	finding_evidence(findings, RECORD_PATH, "absent");
	finding_evidence(findings, "/proc/cmdline", "%s", context->cmdline);
	finding_remedy(findings, "let vfio-early make the image anew");
	finding_command(findings, "vfio-early enable");
	finding_command(findings, "reboot");
	finding_needs_reboot(findings);
}

/* Whether the next boot will take the function away from its driver, or give it back. */
static bool will_change(const struct prediction *next, const struct pci_device *device)
{
	const struct plan_entry *entry =
		prediction_of(next, &device->facts.function.address);
	bool taken = entry != NULL && entry->action != ACTION_LEAVE;

	return taken != driver_is_vfio(device->facts.driver);
}

/* What the next boot will change about a card: one row, by the first function. */
static void judge_next(
	const struct prediction *next, const struct card *card, struct findings *findings)
{
	const struct plan_entry *entry;
	const struct pci_device *first = NULL;
	CLEANUP_FREE char *more = NULL;
	size_t count = 0;
	bool taken;

	for (size_t i = 0; i < card->count; i++)
		if (will_change(next, &card->function[i])) {
			first = first == NULL ? &card->function[i] : first;
			count++;
		}
	if (first == NULL)
		return;
	entry = prediction_of(next, &first->facts.function.address);
	taken = entry != NULL && entry->action != ACTION_LEAVE;
	more = count > 1 ? format_text(" (with %zu more of the card)", count - 1)
			 : copy_text("");
	if (taken)
		finding(findings, CHECK_WARN,
			"%s%s is with %s now, and the next boot gives it to %s",
			first->address, more, driver_text(first), entry->driver);
	else
		finding(findings, CHECK_WARN,
			"%s%s is with %s now, and the next boot leaves it with the "
			"host%s%s",
			first->address, more, driver_text(first),
			entry != NULL ? ": " : "",
			entry != NULL ? reason_text(entry->reason) : "");
	for (size_t i = 0; i < card->count; i++) {
		CLEANUP_FREE char *path = attribute_path(&card->function[i], "driver");

		finding_evidence(findings, path, "%s", driver_text(&card->function[i]));
	}
	finding_remedy(findings, "restart when it suits");
	finding_command(findings, "reboot");
	finding_needs_reboot(findings);
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

		if (facts->header_type == HEADER_OF_THE_DEAD)
			return false;
		concerned = concerned ||
			    prediction_of(next, &facts->function.address) != NULL;
	}
	return concerned;
}

static void check_guard(const struct context *context, struct findings *findings)
{
	const struct boot_loader *loader = context->boot.loader;
	CLEANUP_FREE char *place = loader->place_of_switch();

	finding(findings, CHECK_FAIL,
		"the last passthrough boot did not come up, and %s boots normally since",
		loader->name);
	finding_evidence(findings, path_name(place), "%s", loader->failed_mark);
	finding_remedy(findings, "find out why it did not come up, then enable again");
	finding_command(findings, "journalctl --list-boots");
	finding_command(findings, "vfio-early enable");
	finding_needs_reboot(findings);
}

static void check_pending(const struct context *context, struct findings *findings)
{
	const struct boot_state *boot = &context->boot;
	CLEANUP_FREE struct prediction *next = NULL;
	CLEANUP_FREE char *why = NULL;
	size_t before = findings_count(findings);

	if (early_passes_over(context, findings))
		return;
	if (boot->failed) {
		check_guard(context, findings);
		return;
	}
	if (boot->next == NEXT_UNKNOWN) {
		finding(findings, CHECK_UNKNOWN,
			"what the next boot will do is not known: %s",
			boot->why != NULL ? boot->why : "no boot loader was found");
		return;
	}
	next = predict_boot(boot->parameters != NULL ? boot->parameters : "", true, &why);
	for (size_t i = 0; next != NULL && i < context->devices.count;) {
		struct card card =
			devices_card(&context->devices, &context->devices.device[i]);

		i += card.count;
		if (is_concerned(context, next, &card))
			judge_next(next, &card, findings);
	}
	if (findings_count(findings) == before)
		finding(findings, CHECK_PASS,
			"the next boot leaves every card with the driver it has now");
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
