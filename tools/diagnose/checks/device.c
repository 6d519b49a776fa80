/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card itself: is it there, the right one, alive, awake, and can it be reset. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/selection/predict.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* What vfio-early is told to take: the chosen cards, or else what this boot was told. */
static char *selection(const struct context *context, const char **source)
{
	if (context->conf.devices != NULL && context->conf.devices[0] != '\0') {
		*source = conf_path;
		return format_text(FLAG_NAME "=%s", context->conf.devices);
	}
	*source = "/proc/cmdline";
	return copy_text(context->cmdline);
}

/* Calls `row` for each word of the selection; false if there is none. */
static bool each_word(const struct context *context, struct findings *findings,
	void (*row)(struct findings *, const char *source, const struct flag_item *,
		enum word_state))
{
	const char *source;
	CLEANUP_FREE char *line = selection(context, &source);
	CLEANUP_FREE char *why = NULL;
	CLEANUP_FREE struct prediction *prediction = predict_boot(line, true, &why);

	if (prediction == NULL || prediction->flag.state != FLAG_ON)
		return false;
	for (unsigned int i = 0; i < prediction->flag.count; i++)
		row(findings, source, &prediction->flag.item[i],
			prediction->plan.word[i]);
	return true;
}

VERDICT named_there = {CHECK_PASS, "the device that {1} names is there"};
VERDICT named_missing = {CHECK_FAIL, "no device is where {1} says",
	"see which devices there are and choose again; a card that should be there "
	"is not seated, not powered, or its slot is off in the firmware setup",
	"vfio-early list\nvfio-early enable DEVICE"};
VERDICT graphics_there = {CHECK_PASS, "there is a graphics card"};
VERDICT others_there = {CHECK_PASS, "the devices that are wanted are there"};
static const char no_graphics[] = "no graphics card in this machine";
#define NOT_SEATED \
	"a card that should be there is not seated, not powered, or its slot is off " \
	"in the firmware setup"
VERDICT no_graphics_wanted = {CHECK_FAIL, no_graphics, NOT_SEATED};
VERDICT no_graphics_here = {CHECK_INFO, no_graphics, NOT_SEATED};

static void present_row(struct findings *findings, const char *source,
	const struct flag_item *item, enum word_state state)
{
	CLEANUP_FREE char *word = span_copy(item->word);

	verdict_row(findings, state == WORD_NO_DEVICE ? &named_missing : &named_there,
		word, NULL);
	finding_evidence(findings, source, "%s", word);
}

static void check_present(const struct context *context, struct findings *findings)
{
	static const char devices[] = "/sys/bus/pci/devices";
	bool wanted =
		context_wants(context, WANT_VM) || context_wants(context, WANT_HOST);

	if (each_word(context, findings, present_row))
		return;
	for (size_t i = 0; i < context->devices.count; i++)
		if (pci_device_is_graphics(&context->devices.device[i])) {
			verdict_row(findings, &graphics_there, NULL);
			finding_evidence(findings, devices, "%s",
				context->devices.device[i].address);
			return;
		}
	if (context->intents > 0) {
		verdict_row(findings, &others_there, NULL);
		finding_evidence(
			findings, devices, "%s", context->intent[0].device->address);
		return;
	}
	verdict_row(findings, wanted ? &no_graphics_wanted : &no_graphics_here, NULL);
	finding_evidence(findings, devices, "%zu devices, none of class 03",
		context->devices.count);
}

VERDICT none_selected = {CHECK_SKIP, "no device is selected in vfio-early"};
VERDICT another_device = {CHECK_FAIL,
	"{1}: another device is in this place now, and vfio-early leaves it alone",
	"if it is the right one, choose it again: addresses move when cards are added",
	"vfio-early list\nvfio-early enable DEVICE"};
VERDICT bad_word = {CHECK_FAIL, "{1}: {2}", "see what each word does, and choose again",
	"vfio-early cmdline --explain"};
VERDICT id_fits = {CHECK_PASS, "{1}: the device has this ID"};
VERDICT place_empty = {CHECK_SKIP, "{1}: no device is in this place"};
VERDICT no_id = {CHECK_SKIP, "{1} names no ID to compare"};

static const struct verdict *judge_id(const struct flag_item *item, enum word_state state)
{
	if (state == WORD_WRONG_ID)
		return &another_device;
	if (state == WORD_BAD)
		return &bad_word;
	if (!item->selector.has_id || !item->selector.has_place)
		return &no_id;
	return state == WORD_FITS ? &id_fits : &place_empty;
}

static void id_row(struct findings *findings, const char *source,
	const struct flag_item *item, enum word_state state)
{
	CLEANUP_FREE char *word = span_copy(item->word);
	const struct verdict *verdict = judge_id(item, state);

	verdict_row(findings, verdict, word, item->error, NULL);
	if (verdict != &no_id)
		finding_evidence(findings, source, "%s", word);
}

static void check_id(const struct context *context, struct findings *findings)
{
	if (!each_word(context, findings, id_row))
		verdict_row(findings, &none_selected, NULL);
}

/* What all headers have in common: IDs, command, status, class, header type. */
enum { HEADER_FRONT = 16 };

/* The first bytes of configuration space. More is not read: some devices do not stand
 * it. Returns how many there were, or -errno. */
static ssize_t read_config(
	const struct pci_device *device, unsigned char bytes[HEADER_FRONT])
{
	CLEANUP_FREE char *path = attribute_path(device, "config");
	CLEANUP_FREE char *real = root_path(path);
	int file = open(real, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t got;

	if (file < 0)
		return -errno;
	got = pread(file, bytes, HEADER_FRONT, 0);
	if (got < 0)
		got = -errno;
	close(file);
	return got;
}

/* Nothing but ones. The vendor and device of a virtual function read as ffff all its
 * life, and what is behind them does not (PCI Express, 9.3.4.1). */
static bool is_silent(const unsigned char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes[i] != 0xff)
			return false;
	return true;
}

VERDICT answers = {CHECK_PASS, "the card answers"};
VERDICT cannot_ask = {CHECK_UNKNOWN, "the configuration space of {1} cannot be read"};
VERDICT off_the_bus = {CHECK_FAIL, "{1} no longer answers: it has fallen off the bus",
	"switch the machine off (a restart may not do) and on again; if it stays, check "
	"the card's seat and power cables",
	"poweroff", .reboot = true};

static void check_alive(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);

	for (size_t i = 0; i < card.count; i++) {
		const struct pci_device *function = &card.function[i];
		CLEANUP_FREE char *path = attribute_path(function, "config");
		unsigned char bytes[HEADER_FRONT];
		ssize_t got = read_config(function, bytes);

		if (got >= 4 && !is_silent(bytes, (size_t)got))
			continue;
		verdict_row(findings, got < 4 ? &cannot_ask : &off_the_bus,
			function->address, NULL);
		finding_evidence(findings, path, "%s",
			got >= 4  ? "ff ff ff ff"
			: got < 0 ? strerror((int)-got)
				  : "too short");
		return;
	}
	verdict_row(findings, &answers, NULL);
}

VERDICT power_unknown = {CHECK_SKIP, "this kernel does not say its power state"};
VERDICT has_power = {CHECK_PASS, "the card has power"};
#define KEEP_AWAKE \
	"if a VM cannot start it, keep vfio-pci from letting it sleep, and switch the " \
	"machine off and on again", \
		"echo options vfio-pci disable_idle_d3=1 " \
		">/etc/modprobe.d/vfio-pci-power.conf"
VERDICT power_stuck = {
	CHECK_WARN, "the card's power state cannot be set", KEEP_AWAKE, .reboot = true};
VERDICT no_power = {CHECK_WARN,
	"the card is without power (D3cold): some do not wake up again", KEEP_AWAKE,
	.reboot = true};

static const struct verdict *judge_power(const struct intent *intent, const char *state)
{
	if (state == NULL)
		return &power_unknown;
	if (strcmp(state, "error") == 0)
		return &power_stuck;
	return strcmp(state, "D3cold") == 0 && !intent_is_host(intent) ? &no_power
								       : &has_power;
}

static void check_power(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "power_state");
	CLEANUP_FREE char *state = attribute_read(intent->device, "power_state");

	(void)context;
	verdict_row(findings, judge_power(intent, state), NULL);
	if (state != NULL)
		finding_evidence(findings, path, "%s", state);
}

/* A function on the same bus that is not of the card: a bus reset would hit it too. */
static const struct pci_device *bus_neighbour(
	const struct context *context, const struct card *card)
{
	const struct pci_address *own = &card->function[0].facts.function.address;

	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *other = &context->devices.device[i];
		const struct pci_address *address = &other->facts.function.address;

		if (address->domain == own->domain && address->bus == own->bus &&
			!card_has(card, other))
			return other;
	}
	return NULL;
}

VERDICT not_for_vm = {CHECK_SKIP, "the card is not wanted in a VM"};
VERDICT can_reset = {CHECK_PASS, "the card can be reset"};
VERDICT cannot_reset = {CHECK_WARN,
	"the kernel knows no way to reset the card: a VM may find it as the one before "
	"left it",
	"nothing needs to be done as long as it works; if the second start of a VM fails, "
	"restart the machine between them"};
VERDICT reset_together = {CHECK_WARN,
	"the card can only be reset together with {1}, which is on the same bus",
	"give both to the same VM, or put the card into a slot of its own"};

static void check_reset(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "reset_method");
	CLEANUP_FREE char *reset = attribute_path(intent->device, "reset");
	CLEANUP_FREE char *methods = attribute_read(intent->device, "reset_method");
	struct card card = intent_card(context, intent);
	const struct pci_device *neighbour = bus_neighbour(context, &card);

	if (!intent_is_vm(intent)) {
		verdict_row(findings, &not_for_vm, NULL);
	} else if (methods == NULL && root_exists(reset)) {
		/* a kernel from before reset_method */
		verdict_row(findings, &can_reset, NULL);
		finding_evidence(findings, reset, "present");
	} else if (methods == NULL || methods[0] == '\0') {
		verdict_row(findings, &cannot_reset, NULL);
		finding_evidence(findings, path, methods == NULL ? "absent" : "empty");
	} else {
		bool together = strcmp(methods, "bus") == 0 && neighbour != NULL;

		verdict_row(findings, together ? &reset_together : &can_reset,
			together ? neighbour->address : NULL, NULL);
		finding_evidence(findings, path, "%s", methods);
	}
}

const struct check device_checks[] = {
	{.id = "DEV-PRESENT",
		.about = "whether the selected devices are there",
		.run = check_present},
	{.id = "DEV-ID-MATCH",
		.about = "whether the devices in the selected places are the right ones",
		.run = check_id},
	{.id = "DEV-ALIVE",
		.about = "whether the card answers on the bus",
		.run_device = check_alive},
	{.id = "DEV-POWER",
		.about = "whether the card is awake or can be woken",
		.run_device = check_power},
	{.id = "DEV-RESET",
		.about = "whether the card can be reset between two guests",
		.run_device = check_reset},
	{0},
};
