/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes along with a card: its other functions, and what shares its IOMMU group. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/text/lines.h"
#include "tools/kernel/iommu.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/intent.h"

/* A card that nobody wants in a VM may share what it likes. */
static bool passes_over(const struct intent *intent, struct findings *findings)
{
	if (intent_is_vm(intent))
		return false;
	finding(findings, CHECK_SKIP, "the card is not wanted in a VM");
	return true;
}

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

/* Notes a companion that is with the wrong driver. */
static void judge_companion(const struct pci_device *device, bool vm, struct lines *wrong)
{
	if (is_in_the_way(device, vm))
		lines_add(wrong, "%s", device->address);
}

static void check_companions(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	CLEANUP_FREE char *directory =
		format_text("/sys/bus/pci/devices/%s", intent->device->address);
	struct lines wrong = {0};
	size_t count = 0;
	char **names;

	if (!intent_is_vm(intent) && !intent_is_host(intent)) {
		finding(findings, CHECK_SKIP, "nothing says what the card is for");
		return;
	}
	if (intent_is_host(intent) && driver_is_vfio(intent->device->facts.driver)) {
		finding(findings, CHECK_SKIP,
			"all of the card is with another driver, see DRV-BOUND");
		return;
	}
	for (size_t i = 0; i < card.count; i++)
		if (&card.function[i] != intent->device) {
			judge_companion(&card.function[i], intent_is_vm(intent), &wrong);
			count++;
		}
	names = root_list(directory);
	for (size_t i = 0; names[i] != NULL; i++) {
		const struct pci_device *other = consumer(context, names[i]);

		if (other != NULL && !card_has(&card, other)) {
			judge_companion(other, intent_is_vm(intent), &wrong);
			count++;
		}
	}
	root_list_free(names);
	if (count == 0)
		finding(findings, CHECK_PASS, "the card has no other functions");
	else if (wrong.count == 0)
		finding(findings, CHECK_PASS,
			"the card's other functions are free to go with it");
	else if (intent_is_vm(intent))
		finding(findings, CHECK_FAIL,
			"%s, which belongs to the card, is with a driver of the host: the "
			"whole card must go to the VM",
			wrong.line[0]);
	else
		finding(findings, CHECK_WARN,
			"%s, which belongs to the card, is with a VFIO driver while the "
			"host is to have the card",
			wrong.line[0]);
	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *device = &context->devices.device[i];

		for (size_t j = 0; j < wrong.count; j++)
			if (strcmp(wrong.line[j], device->address) == 0) {
				CLEANUP_FREE char *path =
					attribute_path(device, "driver");

				finding_evidence(
					findings, path, "%s", device->facts.driver);
			}
	}
	if (wrong.count > 0 && intent_is_vm(intent)) {
		finding_remedy(findings, "give all of its functions to vfio-pci");
		finding_command(
			findings, "vfio-early enable %s", intent->device->address);
		finding_command(findings, "reboot");
		finding_needs_reboot(findings);
	} else if (wrong.count > 0) {
		finding_remedy(findings, "see who claims it: DRV-OTHER-CLAIMS");
	}
	lines_free(&wrong);
}

/* The members of the group, one piece of evidence each. */
static void show_group(
	const struct context *context, struct findings *findings, int group)
{
	const struct pci_device *member = NULL;

	while ((member = devices_in_group(&context->devices, group, member)) != NULL) {
		CLEANUP_FREE char *path = format_text(
			"/sys/kernel/iommu_groups/%d/devices/%s", group, member->address);

		finding_evidence(findings, path, "%s, %s", member->class_name,
			driver_text(member));
	}
}

/* The first member that keeps the group from a guest. Functions of the card itself do not
 * count as long as the card is with the host altogether: DRV-BOUND is about them. */
static const struct pci_device *spoiler(
	const struct context *context, const struct intent *intent, int group)
{
	struct card card = intent_card(context, intent);
	bool taken = driver_is_vfio(intent->device->facts.driver);
	const struct pci_device *member = NULL;

	while ((member = devices_in_group(&context->devices, group, member)) != NULL)
		if (!pci_device_is_bridge(member) &&
			!driver_leaves_group(member->facts.driver) &&
			(taken || !card_has(&card, member)))
			return member;
	return NULL;
}

static void check_viable(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	int last = -1;

	if (passes_over(intent, findings))
		return;
	for (size_t i = 0; i < card.count; i++) {
		int group = card.function[i].facts.group;
		const struct pci_device *member;

		if (group < 0 || group == last)
			continue;
		last = group;
		member = spoiler(context, intent, group);
		if (member == NULL)
			continue;
		finding(findings, CHECK_FAIL,
			"%s (%s) is with %s and shares IOMMU group %d with the card: VFIO "
			"gives the group to no VM",
			member->address, member->name, member->facts.driver, group);
		show_group(context, findings, group);
		if (card_has(&card, member)) {
			finding_remedy(findings, "give the whole card to vfio-pci");
			finding_command(findings, "vfio-early enable %s",
				intent->device->address);
			finding_command(findings, "reboot");
		} else {
			finding_remedy(findings,
				"put the card, or %s, into another slot; or turn on ACS in "
				"the firmware setup; or give %s to vfio-pci as well, if the "
				"host can do without it",
				member->address, member->address);
		}
		finding_needs_reboot(findings);
		return;
	}
	if (last < 0 && !iommu_is_on()) {
		finding(findings, CHECK_SKIP,
			"there are no IOMMU groups: the IOMMU is not running");
		return;
	}
	if (last < 0) {
		finding(findings, CHECK_FAIL,
			"the card is in no IOMMU group, so that VFIO cannot have it");
		finding_evidence(findings, "/sys/kernel/iommu_groups", "no group has %s",
			intent->device->address);
		finding_remedy(findings, "put the card into another slot");
		return;
	}
	finding(findings, CHECK_PASS, "IOMMU group %d can be given to a VM",
		intent->device->facts.group);
	show_group(context, findings, intent->device->facts.group);
}

static void check_reserved(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path =
		format_text("/sys/kernel/iommu_groups/%d/reserved_regions",
			intent->device->facts.group);
	CLEANUP_FREE char *text = NULL;

	(void)context;
	if (passes_over(intent, findings))
		return;
	if (intent->device->facts.group < 0) {
		finding(findings, CHECK_SKIP, "the card is in no IOMMU group");
		return;
	}
	if (root_read(path, &text, NULL) < 0) {
		finding(findings, CHECK_UNKNOWN,
			"what the firmware keeps for the card cannot be read");
		finding_evidence(findings, path, "not readable");
		return;
	}
	for (const char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		const char *type = memrchr(line, ' ', length);

		/* "direct-relaxable" is let go when a guest takes the device */
		if (type != NULL && line + length - type == 7 &&
			text_begins(type, " direct")) {
			finding(findings, CHECK_FAIL,
				"the firmware keeps memory for a device in this group "
				"(RMRR): the kernel gives it to no VM");
			finding_evidence(findings, path, "%.*s", (int)length, line);
			finding_remedy(findings,
				"use the maker's firmware setup or tool to leave this slot "
				"out of it, or another slot");
			finding_needs_reboot(findings);
			return;
		}
		line += length;
		line += *line == '\n';
	}
	finding(findings, CHECK_PASS, "the firmware keeps no memory for the card");
}

static void check_foreign(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	const struct pci_device *other;

	if (passes_over(intent, findings))
		return;
	other = devices_foreign(&context->devices, &card, NULL);
	if (other == NULL) {
		finding(findings, CHECK_PASS,
			"nothing else is in the card's IOMMU group");
		return;
	}
	finding(findings, CHECK_WARN,
		"%s (%s) is in the card's IOMMU group: it leaves the host with the card",
		other->address, other->name);
	show_group(context, findings, other->facts.group);
	finding_remedy(findings,
		"nothing needs to be done if the host can do without it; otherwise put the "
		"card into another slot, or turn on ACS in the firmware setup");
}

const struct check group_checks[] = {
	{.id = "DEV-COMPANIONS",
		.about = "whether the card's other functions can go with it",
		.run_device = check_companions},
	{.id = "GROUP-VIABLE",
		.about = "whether VFIO can give the card's IOMMU group to a VM",
		.run_device = check_viable},
	{.id = "GROUP-RMRR",
		.about = "whether the firmware keeps memory for the card",
		.run_device = check_reserved},
	{.id = "GROUP-FOREIGN",
		.about = "whether other devices are in the card's IOMMU group",
		.run_device = check_foreign},
	{0},
};
