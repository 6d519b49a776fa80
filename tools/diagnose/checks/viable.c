/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether VFIO can give the card's IOMMU group away, and what the host loses with it. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/diagnose/guest-start.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/guests/guests.h"
#include "tools/kernel/iommu-state.h"
#include "tools/kernel/iommu.h"
#include "tools/kernel/parameters.h"
#include "tools/pci/attribute.h"
#include "tools/selection/refuse.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/pci/cards.h"

/* Those of the groups that are in the way, or would go along. */
struct members {
	const struct pci_device **device;
	size_t count;
	bool own;			 /* all are functions of the card itself */
	const struct pci_device *needed; /* the first that the host needs; NULL */
	char *use; /* what for: "the default route goes over its network interface eno1"
		    */
};

static void members_free(struct members *members)
{
	free(members->device);
	free(members->use);
}

static void add_member(
	struct members *members, const struct card *card, const struct pci_device *device)
{
	members->own = (members->count == 0 || members->own) && card_has(card, device);
	*ARRAY_ADD(members->device, members->count) = device;
	if (members->use != NULL || card_has(card, device))
		return;
	members->use = host_need(device, true);
	members->needed = members->use != NULL ? device : NULL;
}

static bool shares_group(const struct card *card, const struct pci_device *device)
{
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.group >= 0 &&
			card->function[i].facts.group == device->facts.group)
			return true;
	return false;
}

/* Every member over which VFIO stumbles. Functions of the card itself do not count as
 * long as the card is with the host altogether: DRV-BOUND is about them. */
static struct members find_spoilers(
	const struct context *context, const struct intent *intent)
{
	struct card card = intent_card(context, intent);
	bool taken = driver_is_vfio(intent->device->facts.driver);
	struct members found = {0};

	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *device = &context->devices.device[i];

		if (shares_group(&card, device) &&
			!driver_leaves_group(device->facts.driver) &&
			(taken || !card_has(&card, device)))
			add_member(&found, &card, device);
	}
	return found;
}

/* "0000:00:1f.0 (ISA bridge, lpc_ich) and 0000:00:1f.3 (SMBus, i801_smbus)" */
static char *name_members(const struct members *members)
{
	char *names = copy_text("");

	for (size_t i = 0; i < members->count; i++)
		text_append(&names, "%s%s (%s, %s)",
			i == 0			  ? ""
			: i + 1 == members->count ? " and "
						  : ", ",
			members->device[i]->address, members->device[i]->name,
			driver_text(members->device[i]));
	return names;
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

/* A card that nobody wants in a VM may share what it likes. */
VERDICT not_for_vm = {CHECK_SKIP, "the card is not wanted in a VM"};
VERDICT no_groups = {CHECK_SKIP, "there are no IOMMU groups: the IOMMU is not running"};
VERDICT no_group = {CHECK_FAIL,
	"the card is in no IOMMU group, so that VFIO cannot have it",
	"put the card into another slot"};
VERDICT no_group_by_word = {CHECK_FAIL,
	"the card is in no IOMMU group: intel_iommu=igfx_off leaves the processor's "
	"graphics out",
	"take igfx_off from the kernel command line", .reboot = true};
VERDICT no_group_of_board = {CHECK_FAIL, "the card is in no IOMMU group: {1}", "{2}"};

#define ANOTHER_SLOT \
	"put the card, or what shares its group, into another slot, or turn on ACS in the " \
	"firmware setup"
VERDICT viable = {CHECK_PASS, "IOMMU group {1} can be given to a VM"};
static const char not_viable[] =
	"IOMMU group {1} also holds {2}: VFIO gives the group to "
	"no VM";
VERDICT own_spoils = {CHECK_FAIL, not_viable, "give the whole card to vfio-pci",
	"vfio-early enable {device}\nreboot", .reboot = true};
VERDICT other_spoils = {CHECK_FAIL, not_viable, ANOTHER_SLOT, .reboot = true};
VERDICT start_takes_all = {CHECK_INFO,
	"IOMMU group {1} also holds {2}: {who} takes that from the host, too, when it starts",
	"nothing needs to be done if the host can do without; otherwise " ANOTHER_SLOT};
VERDICT host_spoils = {CHECK_FAIL,
	"the host cannot do without {2}, which {who} would take along with IOMMU group {1}: "
	"{3}",
	"{who} must not start like this: " ANOTHER_SLOT, .reboot = true};

static bool has_group(const struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.group >= 0)
			return true;
	return false;
}

static void say_no_group(const struct context *context, const struct pci_device *device,
	struct findings *findings)
{
	enum iommu_state state = iommu_state(context->cmdline);
	const struct verdict *verdict = &no_groups;
	struct parameter word;

	if (device->facts.function.depth == 0 &&
		parameters_find(context->cmdline, "intel_iommu", &word) &&
		iommu_has_option(word.value, "igfx_off"))
		verdict = &no_group_by_word;
	else if (state == IOMMU_IS_XENS || iommu_is_board())
		verdict = &no_group_of_board;
	else if (state == IOMMU_RUNS)
		verdict = &no_group;
	if (iommu_is_board())
		state = IOMMU_NO_BOARDS;
	verdict_row(findings, verdict, iommu_state_text(state), iommu_state_remedy(state),
		NULL);
	if (verdict != &no_groups)
		finding_evidence(
			findings, IOMMU_GROUPS, "no group has %s", device->address);
}

/* A VM that starts by itself takes the group with the next boot. */
static void stop_autostart(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	const struct guests *guests = context->guests;

	for (size_t i = 0; guests != NULL && i < guests->vms; i++) {
		const struct vm_guest *guest = &guests->vm[i];
		const struct pve_line *line = pve_conf_find(&guest->vm.conf, "onboot");

		if (line == NULL || span_boolean(line->value) != 1 ||
			strcmp(guest->name, intent_who(intent)) != 0)
			continue;
		finding_evidence(findings, guest->path, "onboot: 1");
		finding_command(findings, "qm set %ld -onboot 0", guest->id);
	}
}

static const struct verdict *judge_spoilers(const struct context *context,
	const struct intent *intent, const struct members *spoilers)
{
	bool bridge = false;

	if (spoilers->needed != NULL)
		return &host_spoils;
	/* Proxmox leaves those alone */
	for (size_t i = 0; i < spoilers->count; i++)
		bridge = bridge || pci_device_is_bridge(spoilers->device[i]);
	if (!bridge && start_binds_group(context, intent))
		return &start_takes_all;
	return spoilers->own ? &own_spoils : &other_spoils;
}

static void say_spoilers(const struct context *context, const struct intent *intent,
	const struct members *spoilers, struct findings *findings)
{
	const struct pci_device *needed = spoilers->needed;
	CLEANUP_FREE char *names = name_members(spoilers);
	CLEANUP_FREE char *which =
		needed != NULL ? format_text("%s (%s)", needed->address, needed->name)
			       : NULL;
	int group = spoilers->device[0]->facts.group;
	CLEANUP_FREE char *number = format_text("%d", group);

	verdict_row(findings, judge_spoilers(context, intent, spoilers), number,
		needed != NULL ? which : names, spoilers->use, NULL);
	show_group(context, findings, group);
	if (needed != NULL)
		stop_autostart(context, intent, findings);
}

VERDICT host_needs_card = {CHECK_FAIL,
	"the host cannot do without {1}, which {who} wants: {2}",
	"{who} must not start like this: give it another device"};

/* What of the card itself the host is using; such a function is with the host's driver.
 */
static bool say_needed(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);

	for (size_t i = 0; i < card.count; i++) {
		const struct pci_device *function = &card.function[i];
		CLEANUP_FREE char *use = driver_leaves_group(function->facts.driver)
						 ? NULL
						 : host_need(function, false);

		if (use == NULL)
			continue;
		verdict_row(findings, &host_needs_card, function->address, use, NULL);
		stop_autostart(context, intent, findings);
		return true;
	}
	return false;
}

static void check_viable(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	CLEANUP_FREE char *number = format_text("%d", intent->device->facts.group);
	struct members spoilers;

	if (!intent_is_vm(intent)) {
		verdict_row(findings, &not_for_vm, NULL);
		return;
	}
	if (say_needed(context, intent, findings))
		return;
	if (!has_group(&card)) {
		say_no_group(context, intent->device, findings);
		return;
	}
	spoilers = find_spoilers(context, intent);
	if (spoilers.count > 0) {
		say_spoilers(context, intent, &spoilers, findings);
	} else {
		verdict_row(findings, &viable, number, NULL);
		show_group(context, findings, intent->device->facts.group);
	}
	members_free(&spoilers);
}

VERDICT group_to_itself = {CHECK_PASS, "nothing else is in the card's IOMMU group"};
VERDICT goes_along = {CHECK_WARN,
	"{1} leaves the host with the card: it is in the same IOMMU group",
	"nothing needs to be done if the host can do without; otherwise " ANOTHER_SLOT};
VERDICT takes_needed = {CHECK_WARN,
	"{1} leaves the host with the card: it is in the same IOMMU group; {2}",
	"do not start the VM before they are apart: " ANOTHER_SLOT};
/* What is given to guests anyway, by the same hand. */
VERDICT shared_by_vfio = {
	CHECK_INFO, "{1} is in the card's IOMMU group: one VM gets all of them"};

static const struct verdict *judge_along(const struct members *along)
{
	if (along->count == 0)
		return &group_to_itself;
	if (along->needed != NULL)
		return &takes_needed;
	for (size_t i = 0; i < along->count; i++)
		if (!driver_is_vfio(along->device[i]->facts.driver))
			return &goes_along;
	return &shared_by_vfio;
}

static void check_foreign(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	const struct pci_device *other = NULL;
	struct members along = {0};
	CLEANUP_FREE char *names = NULL;

	if (!intent_is_vm(intent)) {
		verdict_row(findings, &not_for_vm, NULL);
		return;
	}
	while ((other = devices_foreign(&context->devices, &card, other)) != NULL)
		add_member(&along, &card, other);
	names = name_members(&along);
	verdict_row(findings, judge_along(&along), names, along.use, NULL);
	if (along.count > 0)
		show_group(context, findings, along.device[0]->facts.group);
	members_free(&along);
}

const struct check viable_checks[] = {
	{.id = "GROUP-VIABLE",
		.about = "whether VFIO can give the card's IOMMU group to a VM",
		.run_device = check_viable},
	{.id = "GROUP-FOREIGN",
		.about = "whether other devices are in the card's IOMMU group",
		.run_device = check_foreign},
	{0},
};
