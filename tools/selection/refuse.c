/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "tools/text/lines.h"
#include "cmdline/driver.h"
#include "hook/card.h"
#include "tools/kernel/iommu-state.h"
#include "tools/kernel/iommu.h"
#include "tools/system/root.h"
#include "tools/selection/refuse.h"
#include "tools/pci/host-use.h"
#include "tools/needs/needs.h"
#include "tools/text/span.h"
#include "tools/pci/cards.h"

struct refusals {
	const struct devices *devices;
	const struct candidate *candidates;
	size_t count;
	bool force;
	struct lines *reasons;
	struct lines *warnings;
};

static bool is_chosen(const struct refusals *refusals, const struct pci_device *device)
{
	for (size_t i = 0; i < refusals->count; i++)
		if (card_has(&refusals->candidates[i].card, device))
			return true;
	return false;
}

static void add(const struct refusals *refusals, const struct pci_device *device,
	const char *reason)
{
	lines_add(refusals->reasons, "%s (%s): %s", pci_device_short(device),
		device->name, reason);
}

/* The other member of a group in a clause, with what follows from it; malloc'ed. */
static char *say_foreign(const struct pci_device *foreign, const char *consequence)
{
	return format_text("its IOMMU group %d also holds %s (%s)%s",
		foreign->facts.group, pci_device_short(foreign), foreign->name,
		consequence);
}

/* A function of the same card is only foreign where a flag names the others: the early
 * program takes them all the same. */
static void check_foreign(const struct refusals *refusals, const struct card *card)
{
	const struct pci_device *face = card_face(card), *foreign = NULL;

	while ((foreign = devices_foreign(refusals->devices, card, foreign)) != NULL) {
		CLEANUP_FREE char *reason = NULL;

		if (is_chosen(refusals, foreign))
			continue;
		if (device_same_card(&face->facts, &foreign->facts)) {
			if (driver_is_vfio(foreign->facts.driver))
				continue;
			reason = say_foreign(foreign,
				" of the same card, and VFIO gives a guest a whole group "
				"or nothing; name that, too");
			lines_add(refusals->warnings, "%s (%s): %s",
				pci_device_short(face), face->name, reason);
			continue;
		}
		reason = say_foreign(foreign,
			", which would have to leave the host with it; another slot, or "
			"ACS in the firmware's setup, may part them");
		add(refusals, face, reason);
	}
}

static void check_group(const struct refusals *refusals, const struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		if (pci_device_is_bridge(&card->function[i])) {
			add(refusals, &card->function[i],
				"a bridge cannot be given to a virtual machine");
			return;
		}
	if (!iommu_is_on())
		return;
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.group < 0) {
			add(refusals, &card->function[i],
				"it has no IOMMU group, so that VFIO cannot take it");
			return;
		}
	check_foreign(refusals, card);
}

static void check_parent(const struct refusals *refusals, const struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		if (card->function[i].facts.is_parent)
			add(refusals, &card->function[i],
				"virtual functions or mediated devices hang on it, which "
				"would go with it; name a virtual function by its own "
				"address, or remove them first");
}

static bool other_display_is_left(const struct refusals *refusals)
{
	for (size_t i = 0; i < refusals->devices->count; i++) {
		const struct pci_device *device = &refusals->devices->device[i];

		if (device_is_display(&device->facts) && !is_chosen(refusals, device))
			return true;
	}
	return false;
}

static const struct pci_device *find_display(const struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		if (device_is_display(&card->function[i].facts))
			return &card->function[i];
	return NULL;
}

/* What of the host's displays goes with the candidate; NULL: nothing that it misses. */
static const struct pci_device *lost_with(const struct refusals *refusals,
	const struct candidate *candidate, const char **what)
{
	const struct pci_device *display = card_boot_display(&candidate->card);

	*what = "it is the boot display";
	if (display != NULL || other_display_is_left(refusals))
		return display;
	*what = "no other display is left to the host";
	return find_display(&candidate->card);
}

const struct pci_device *display_lost(const struct devices *devices,
	const struct candidate *candidates, size_t count, const char **what)
{
	const struct refusals refusals = {
		.devices = devices, .candidates = candidates, .count = count};
	const struct pci_device *lost = NULL;

	for (size_t i = 0; i < count && lost == NULL; i++)
		lost = lost_with(&refusals, &candidates[i], what);
	return lost;
}

static void check_display(
	const struct refusals *refusals, const struct candidate *candidate)
{
	const char *what;
	const struct pci_device *display = lost_with(refusals, candidate, &what);

	if (display == NULL)
		return;
	if (refusals->force && candidate->by_address) {
		lines_add(refusals->warnings,
			"%s (%s): %s, so this machine's screen will stay dark from the "
			"kernel's start on; have another way in (ssh, a serial console)",
			pci_device_short(display), display->name, what);
	} else {
		CLEANUP_FREE char *reason = format_text(
			"%s, so this machine's screen would stay dark; if that is wanted, "
			"name it by its address and add --force: 'vfio-early enable %s "
			"--force'",
			what, pci_device_short(display));

		add(refusals, display, reason);
	}
}

static void check_uses(const struct refusals *refusals, const struct card *card)
{
	for (size_t i = 0; i < card->count; i++) {
		CLEANUP_FREE char *storage = uses_storage(&card->function[i]);
		CLEANUP_FREE char *network = uses_network(&card->function[i]);

		if (storage != NULL)
			add(refusals, &card->function[i], storage);
		if (network != NULL)
			add(refusals, &card->function[i], network);
	}
}

static enum need_weight weight_of(
	const struct refusals *refusals, const struct need *need)
{
	for (size_t i = 0; i < refusals->count; i++)
		if (card_has(&refusals->candidates[i].card, need->device) &&
			need->weight == NEED_FORCE && refusals->force &&
			refusals->candidates[i].by_address)
			return NEED_WARNING;
	return need->weight;
}

static void add_need(const struct refusals *refusals, const struct need *need)
{
	CLEANUP_FREE char *advice = NULL;

	if (weight_of(refusals, need) == NEED_WARNING) {
		lines_add(refusals->warnings, "%s (%s): %s",
			pci_device_short(need->device), need->device->name,
			need->sentence);
		return;
	}
	if (need->weight == NEED_FORCE)
		advice =
			format_text("; if that is wanted, name it by its address and add "
				    "--force: 'vfio-early enable %s --force'",
				pci_device_short(need->device));
	lines_add(refusals->reasons, "%s (%s): %s%s", pci_device_short(need->device),
		need->device->name, need->sentence, advice != NULL ? advice : "");
}

char *host_need(const struct pci_device *device, bool forceable)
{
	CLEANUP_FREE char *line = root_read_word("/proc/cmdline");
	struct next_boot boot = {
		.line = line != NULL ? line : "", .chosen = &device, .count = 1};
	char *use = uses_storage(device);
	struct needs needs;

	if (use == NULL)
		use = uses_network(device);
	if (use != NULL)
		return use;
	needs_find(&boot, &needs);
	for (size_t i = 0; i < needs.count && use == NULL; i++)
		if (needs.need[i].weight >= (forceable ? NEED_FORCE : NEED_REFUSED))
			use = copy_text(needs.need[i].sentence);
	needs_free(&needs);
	return use;
}

/* What the next boot needs of them, beyond what is in use now. */
static void check_needs(const struct refusals *refusals)
{
	CLEANUP_FREE char *line = root_read_word("/proc/cmdline");
	CLEANUP_FREE const struct pci_device **chosen = NULL;
	struct next_boot boot = {.line = line != NULL ? line : ""};
	struct needs needs;

	for (size_t i = 0; i < refusals->count; i++)
		for (size_t j = 0; j < refusals->candidates[i].card.count; j++)
			*ARRAY_ADD(chosen, boot.count) =
				&refusals->candidates[i].card.function[j];
	boot.chosen = chosen;
	needs_find(&boot, &needs);
	for (size_t i = 0; i < needs.count; i++)
		add_need(refusals, &needs.need[i]);
	needs_free(&needs);
}

static void check_iommu(const struct refusals *refusals)
{
	CLEANUP_FREE char *cmdline = root_read_word("/proc/cmdline");
	enum iommu_state state = iommu_state(cmdline != NULL ? cmdline : "");

	if (state == IOMMU_RUNS)
		return;
	if (!iommu_may_run(state))
		lines_add(refusals->reasons, "%s: %s", iommu_state_text(state),
			iommu_state_remedy(state));
	else if (state == IOMMU_NOT_STARTED)
		lines_add(refusals->warnings,
			"%s: as long as that is so, every device stays with the host; %s",
			iommu_state_text(state), iommu_state_remedy(state));
	else
		lines_add(refusals->warnings,
			"the IOMMU is off in the running system, so nobody can tell yet "
			"which devices share a group; the passthrough entry turns it on "
			"(%s), and what shares a group with the host then stays with it",
			iommu_words());
}

void refuse_cards(const struct devices *devices, const struct candidate *candidates,
	size_t count, bool force, struct lines *reasons, struct lines *warnings)
{
	const struct refusals refusals = {
		.devices = devices,
		.candidates = candidates,
		.count = count,
		.force = force,
		.reasons = reasons,
		.warnings = warnings,
	};

	check_iommu(&refusals);
	for (size_t i = 0; i < count; i++) {
		check_group(&refusals, &candidates[i].card);
		check_parent(&refusals, &candidates[i].card);
		check_display(&refusals, &candidates[i]);
		check_uses(&refusals, &candidates[i].card);
	}
	check_needs(&refusals);
}
