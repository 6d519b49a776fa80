/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes along with a card: its other functions, and what shares its IOMMU group. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/text/span.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/guest-start.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/next-boot.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* The device behind a "consumer:pci:ADDRESS" link: audio or USB that hangs on the
 * graphics function without being of its slot. */
static const struct pci_device *consumer(const struct context *context, const char *name)
{
	static const char prefix[] = "consumer:pci:";
	struct pci_address address;

	if (!text_begins(name, prefix))
		return NULL;
	name += sizeof(prefix) - 1;
	if (!pci_address_parse((struct span){name, strlen(name)}, &address))
		return NULL;
	return devices_find(&context->devices, &address);
}

static bool is_in_the_way(const struct pci_device *device, bool vm)
{
	const char *driver = device->facts.driver;

	return vm ? !driver_leaves_group(driver) : driver_is_vfio(driver);
}

/* The functions that go along with the card: its own, and those that hang on it. */
struct companions {
	const struct pci_device **device;
	size_t count;
};

static struct companions companions_of(
	const struct context *context, const struct intent *intent)
{
	struct card card = intent_card(context, intent);
	CLEANUP_FREE char *directory =
		format_text("/sys/bus/pci/devices/%s", intent->device->address);
	struct companions found = {0};
	char **names = root_list(directory);

	for (size_t i = 0; i < card.count; i++)
		if (&card.function[i] != intent->device)
			*ARRAY_ADD(found.device, found.count) = &card.function[i];
	for (size_t i = 0; names[i] != NULL; i++) {
		const struct pci_device *other = consumer(context, names[i]);

		if (other != NULL && !card_has(&card, other))
			*ARRAY_ADD(found.device, found.count) = other;
	}
	root_list_free(names);
	return found;
}

VERDICT no_purpose = {CHECK_SKIP, "nothing says what the card is for"};
VERDICT all_elsewhere = {
	CHECK_SKIP, "all of the card is with another driver, see DRV-BOUND"};
VERDICT alone = {CHECK_PASS, "the card has no other functions"};
VERDICT free_to_go = {CHECK_PASS, "the card's other functions are free to go with it"};
VERDICT held_by_host = {CHECK_FAIL,
	"{1}, which belongs to the card, is with a driver of the host: the whole card "
	"must go to the VM",
	"give all of its functions to vfio-pci", "vfio-early enable {device}\nreboot",
	.reboot = true};
VERDICT held_by_vfio = {CHECK_WARN,
	"{1}, which belongs to the card, is with a VFIO driver while the host is to have "
	"the card",
	"see who claims it: DRV-OTHER-CLAIMS"};

/* Whether it has to go where the card goes: a guest that names single functions leaves
 * those behind that have a group of their own. */
static bool goes_along(const struct context *context, const struct intent *intent,
	const struct pci_device *companion)
{
	bool named = false;

	if (companion->facts.group == intent->device->facts.group)
		return true;
	for (size_t i = 0; i < intent->count; i++) {
		if (intent->wish[i]->who == NULL || intent->wish[i]->want != WANT_VM)
			continue;
		if (wish_means(context, intent->wish[i], companion))
			return true;
		named = true;
	}
	return !named;
}

static void judge_companions(const struct context *context, const struct intent *intent,
	struct findings *findings, const struct companions *companions)
{
	const struct pci_device *wrong = NULL;
	bool vm = intent_is_vm(intent);
	bool later = vm && start_binds(context, intent);

	for (size_t i = 0; i < companions->count && wrong == NULL && !later; i++)
		if (is_in_the_way(companions->device[i], vm) &&
			(!vm || goes_along(context, intent, companions->device[i])))
			wrong = companions->device[i];
	verdict_row(findings,
		companions->count == 0 ? &alone
		: wrong == NULL	       ? &free_to_go
		: vm		       ? &held_by_host
				       : &held_by_vfio,
		wrong != NULL ? wrong->address : NULL, NULL);
	for (size_t i = 0; i < companions->count; i++) {
		const struct pci_device *device = companions->device[i];
		CLEANUP_FREE char *path = attribute_path(device, "driver");

		if (is_in_the_way(device, vm))
			finding_evidence(findings, path, "%s", device->facts.driver);
	}
}

static void check_companions(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct companions companions;

	if (!intent_is_vm(intent) && !intent_is_host(intent)) {
		verdict_row(findings, &no_purpose, NULL);
		return;
	}
	if (intent_is_host(intent) ? driver_is_vfio(intent->device->facts.driver)
				   : next_boot_takes(context, intent)) {
		verdict_row(findings, &all_elsewhere, NULL);
		return;
	}
	companions = companions_of(context, intent);
	judge_companions(context, intent, findings, &companions);
	free(companions.device);
}

VERDICT not_for_vm = {CHECK_SKIP, "the card is not wanted in a VM"};
VERDICT in_no_group = {CHECK_SKIP, "the card is in no IOMMU group"};
VERDICT reserved_unknown = {
	CHECK_UNKNOWN, "what the firmware keeps for the card cannot be read"};
VERDICT not_reserved = {CHECK_PASS, "the firmware keeps no memory for the card"};
VERDICT reserved = {CHECK_FAIL,
	"the firmware keeps memory for a device in this group (RMRR): the kernel gives it "
	"to no VM",
	"use the maker's firmware setup or tool to leave this slot out of it, or another "
	"slot",
	.reboot = true};

/* The first line of reserved_regions that ends in "direct"; one that ends in
 * "direct-relaxable" is let go when a guest takes the device. */
static bool find_direct(struct span text, struct span *line)
{
	while (span_line(&text, line)) {
		struct span rest = *line, word, last = {0};

		while (span_word(&rest, &word))
			last = word;
		if (span_is(last, "direct"))
			return true;
	}
	return false;
}

static void check_reserved(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	int group = intent->device->facts.group;
	CLEANUP_FREE char *path =
		format_text("/sys/kernel/iommu_groups/%d/reserved_regions", group);
	CLEANUP_FREE char *text = NULL;
	struct span line;

	(void)context;
	if (!intent_is_vm(intent) || group < 0) {
		verdict_row(findings,
			group < 0 && intent_is_vm(intent) ? &in_no_group : &not_for_vm,
			NULL);
	} else if (root_read(path, &text, NULL) < 0) {
		verdict_row(findings, &reserved_unknown, NULL);
		finding_evidence(findings, path, "not readable");
	} else if (find_direct(span_of(text), &line)) {
		verdict_row(findings, &reserved, NULL);
		finding_evidence(findings, path, "%.*s", SPAN(line));
	} else {
		verdict_row(findings, &not_reserved, NULL);
	}
}

const struct check group_checks[] = {
	{.id = "DEV-COMPANIONS",
		.about = "whether the card's other functions can go with it",
		.run_device = check_companions},
	{.id = "GROUP-RMRR",
		.about = "whether the firmware keeps memory for the card",
		.run_device = check_reserved},
	{0},
};
