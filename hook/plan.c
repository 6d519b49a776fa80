/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "hook/card.h"
#include "hook/plan.h"
#include "hook/unbind.h"

enum { CLASS_STORAGE = 0x01, CLASS_RAM = 0x0500, CLASS_INSTRUMENTATION = 0x1300 };

bool plan_selects(const struct selector *selector, const struct device *device)
{
	if (selector->has_place)
		return place_matches(&selector->place, &device->function);
	return id_matches(&selector->id, &device->function);
}

/* An ID@PLACE whose checked function has another ID. */
static bool has_wrong_id(const struct selector *selector, const struct scan *scan)
{
	if (!selector->has_id || !selector->has_place)
		return false;
	for (unsigned int i = 0; i < scan->count; i++) {
		const struct pci_function *function = &scan->device[i].function;

		if (place_in_slot(&selector->place, function) &&
			function->address.function ==
				place_checked_function(&selector->place))
			return !id_matches(&selector->id, function);
	}
	/* Functions without function 0: what is there was never seen before. */
	return true;
}

static void judge_words(
	const struct flag *flag, const struct scan *scan, struct plan *plan)
{
	for (unsigned int i = 0; i < flag->count; i++) {
		const struct flag_item *item = &flag->item[i];
		bool fits = false;

		for (unsigned int d = 0; d < scan->count && item->error == NULL; d++)
			fits = fits || plan_selects(&item->selector, &scan->device[d]);
		if (item->error != NULL)
			plan->word[i] = WORD_BAD;
		else if (!fits)
			plan->word[i] = WORD_NO_DEVICE;
		else if (has_wrong_id(&item->selector, scan))
			plan->word[i] = WORD_WRONG_ID;
		else
			plan->word[i] = WORD_FITS;
	}
}

static enum reason judge_device(const struct device *device, bool by_address)
{
	if (device_is_dead(device))
		return REASON_DEAD;
	if (device_is_bridge(device))
		return REASON_BRIDGE;
	/* An override would be a trap: vfio-pci fails, and the host's driver is kept out.
	 */
	if (device->group < 0)
		return REASON_NO_GROUP;
	/* They would go with it, and with them the guests that have them. */
	if (device->is_parent)
		return REASON_PARENT;
	if (device->boot_display && !by_address)
		return REASON_BOOT_DISPLAY;
	/* Nothing is mounted this early: the root filesystem may be on its twin. */
	if (device->class >> 16 == CLASS_STORAGE && !by_address)
		return REASON_STORAGE;
	return REASON_NONE;
}

enum reason plan_driver(const struct device *device, const char *wanted)
{
	if (device->driver[0] == '\0' || driver_is_same(device->driver, wanted))
		return REASON_NONE;
	if (unbind_looks(device->driver, device->class) == UNBIND_NEVER)
		return REASON_DRIVER;
	return device->use.kind != USE_NONE ? REASON_IN_USE : REASON_NONE;
}

/* Whether a place names any function of the device's card. */
static bool means_card(const struct selector *selector, const struct scan *scan,
	const struct device *device)
{
	for (unsigned int i = 0; i < scan->count; i++)
		if (place_matches(&selector->place, &scan->device[i].function) &&
			device_same_card(&scan->device[i], device))
			return true;
	return false;
}

/* The entry of one function, if a word selects it. */
static bool judge(const struct flag *flag, const struct device *device,
	const struct scan *scan, struct plan *plan, struct plan_entry *entry)
{
	bool selected = false, by_address = false;
	enum reason doubt = REASON_NONE;

	*entry = (struct plan_entry){.device = device};
	for (unsigned int i = 0; i < flag->count; i++) {
		const struct selector *selector = &flag->item[i].selector;

		/*
		 * What speaks of the card in vain puts all of the card in doubt, and
		 * what speaks of nobody knows what, every card.
		 */
		if (plan->word[i] == WORD_BAD && !selector->has_place)
			doubt = REASON_LOST_WORD;
		else if (plan->word[i] == WORD_BAD &&
			 place_in_slot(&selector->place, &device->function))
			doubt = REASON_BAD_WORD;
		if (plan->word[i] == WORD_WRONG_ID && means_card(selector, scan, device))
			doubt = REASON_WRONG_ID;
		if (plan->word[i] == WORD_BAD || !plan_selects(selector, device))
			continue;
		if (!selected) {
			entry->item = (uint8_t)i;
			entry->driver = selector_driver(selector);
		} else if (!driver_is_same(entry->driver, selector_driver(selector))) {
			doubt = REASON_TWO_DRIVERS;
		}
		selected = true;
		by_address = by_address || selector->has_place;
	}
	if (!selected)
		return false;

	entry->reason = scan->overflow ? REASON_OVERFLOW : doubt;
	if (entry->reason == REASON_NONE)
		entry->reason = judge_device(device, by_address);
	if (entry->reason == REASON_NONE)
		entry->reason = plan_driver(device, entry->driver);
	if (entry->reason != REASON_NONE)
		entry->action = ACTION_LEAVE;
	else if (driver_is_same(device->driver, entry->driver))
		entry->action = ACTION_KEEP;
	else
		entry->action = ACTION_TAKE;
	return true;
}

/* A card is never left half taken. */
static void keep_cards_whole(struct plan *plan)
{
	for (unsigned int i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entry[i];

		for (unsigned int j = 0; j < plan->count && entry->reason == REASON_NONE;
			j++) {
			const struct plan_entry *other = &plan->entry[j];

			if (!device_same_card(entry->device, other->device) ||
				other->reason == REASON_NONE ||
				other->reason == REASON_SIBLING)
				continue;
			entry->action = ACTION_LEAVE;
			entry->reason = REASON_SIBLING;
			entry->culprit = other->device;
		}
	}
}

/* Whether VFIO finds no obstacle in the device. */
static bool is_no_obstacle(const struct plan *plan, const struct device *device)
{
	for (unsigned int i = 0; i < plan->count; i++)
		if (plan->entry[i].device == device &&
			plan->entry[i].reason == REASON_NONE)
			return true;
	if (device->driver[0] != '\0')
		return driver_leaves_group(device->driver);
	/* A host driver comes for what has none yet; for a bridge it may not matter, and
	 * for the chipset's shared memory and AMD's dummy functions there is none. */
	return device_is_bridge(device) || device->class >> 8 == CLASS_RAM ||
	       device->class >> 8 == CLASS_INSTRUMENTATION;
}

/*
 * VFIO gives a guest a whole group or nothing. Other functions of the same card may stay:
 * who names one alone knows why.
 */
static bool keep_groups_whole(const struct scan *scan, struct plan *plan)
{
	bool changed = false;

	for (unsigned int i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entry[i];

		for (unsigned int d = 0; d < scan->count && entry->reason == REASON_NONE;
			d++) {
			const struct device *other = &scan->device[d];

			if (other->group != entry->device->group ||
				is_no_obstacle(plan, other) ||
				device_same_card(entry->device, other))
				continue;
			entry->action = ACTION_LEAVE;
			entry->reason = REASON_GROUP;
			entry->culprit = other;
			changed = true;
		}
	}
	return changed;
}

static bool named_by_address(const struct flag *flag, const struct device *device)
{
	for (unsigned int i = 0; i < flag->count; i++)
		if (flag->item[i].error == NULL && flag->item[i].selector.has_place &&
			place_matches(&flag->item[i].selector.place, &device->function))
			return true;
	return false;
}

/*
 * An ID is a description, an address is a decision: only addresses may take the last
 * display. The whole bus was scanned if there is an ID at all.
 */
static void keep_a_display(
	const struct flag *flag, const struct scan *scan, struct plan *plan)
{
	unsigned int displays = 0, taken = 0;

	for (unsigned int i = 0; i < scan->count; i++)
		displays += device_is_display(&scan->device[i]);
	for (unsigned int i = 0; i < plan->count; i++)
		taken += plan->entry[i].action != ACTION_LEAVE &&
			 device_is_display(plan->entry[i].device);
	if (!scan->whole_bus || taken < displays)
		return;
	for (unsigned int i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entry[i];

		if (device_is_display(entry->device) && entry->reason == REASON_NONE &&
			!named_by_address(flag, entry->device)) {
			entry->action = ACTION_LEAVE;
			entry->reason = REASON_LAST_DISPLAY;
		}
	}
}

/* The functions of a card together, at the place of its first one. */
static void judge_card(const struct flag *flag, const struct scan *scan,
	unsigned int first, struct plan *plan)
{
	for (unsigned int i = 0; i < first; i++)
		if (device_same_card(&scan->device[i], &scan->device[first]))
			return;
	for (unsigned int i = first; i < scan->count; i++)
		if (device_same_card(&scan->device[i], &scan->device[first]) &&
			judge(flag, &scan->device[i], scan, plan,
				&plan->entry[plan->count]))
			plan->count++;
}

void plan_make(const struct flag *flag, const struct scan *scan, struct plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	if (flag->state != FLAG_ON)
		return;
	judge_words(flag, scan, plan);
	for (unsigned int i = 0; i < scan->count; i++)
		judge_card(flag, scan, i, plan);
	keep_cards_whole(plan);
	keep_a_display(flag, scan, plan);
	do
		keep_cards_whole(plan);
	while (keep_groups_whole(scan, plan));
}

unsigned int plan_card_end(const struct plan *plan, unsigned int first)
{
	unsigned int end = first;

	while (end < plan->count &&
		device_same_card(plan->entry[first].device, plan->entry[end].device))
		end++;
	return end;
}

void plan_add_reason(const struct plan_entry *entry, struct text *text)
{
	reason_add(entry->reason, entry->device, entry->culprit, text);
}
