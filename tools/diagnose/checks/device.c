/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card itself: is it there, the right one, alive, awake, and can it be reset. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/selection/predict.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/intent.h"

/* What vfio-early is told to take: the chosen cards, or else what this boot was told. */
static char *selection(const struct context *context, const char **source)
{
	if (context->conf.devices != NULL && context->conf.devices[0] != '\0') {
		*source = CONF_PATH;
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

static void present_row(struct findings *findings, const char *source,
	const struct flag_item *item, enum word_state state)
{
	int length = (int)item->word.length;
	const char *word = item->word.text;

	if (state != WORD_NO_DEVICE) {
		finding(findings, CHECK_PASS, "the device that %.*s names is there",
			length, word);
		finding_evidence(findings, source, "%.*s", length, word);
		return;
	}
	finding(findings, CHECK_FAIL, "no device is where %.*s says", length, word);
	finding_evidence(findings, source, "%.*s", length, word);
	finding_remedy(findings,
		"see which devices there are and choose again; a card that should be there "
		"is not seated, not powered, or its slot is off in the firmware setup");
	finding_command(findings, "vfio-early list");
	finding_command(findings, "vfio-early enable DEVICE");
}

static void check_present(const struct context *context, struct findings *findings)
{
	if (each_word(context, findings, present_row))
		return;
	for (size_t i = 0; i < context->intents; i++)
		if (pci_device_is_graphics(context->intent[i].device)) {
			finding(findings, CHECK_PASS, "there is a graphics card");
			finding_evidence(findings, "/sys/bus/pci/devices", "%s",
				context->intent[i].device->address);
			return;
		}
	finding(findings,
		context_wants(context, WANT_VM) || context_wants(context, WANT_HOST)
			? CHECK_FAIL
			: CHECK_INFO,
		"no graphics card in this machine");
	finding_evidence(findings, "/sys/bus/pci/devices",
		"%zu devices, none of class 03", context->devices.count);
	finding_remedy(findings,
		"a card that should be there is not seated, not powered, or its slot is off "
		"in the firmware setup");
}

static void id_row(struct findings *findings, const char *source,
	const struct flag_item *item, enum word_state state)
{
	int length = (int)item->word.length;
	const char *word = item->word.text;

	if (state == WORD_WRONG_ID) {
		finding(findings, CHECK_FAIL,
			"%.*s: another device is in this place now, and vfio-early leaves it "
			"alone",
			length, word);
		finding_evidence(findings, source, "%.*s", length, word);
		finding_remedy(findings,
			"if it is the right one, choose it again: addresses move when cards "
			"are added");
		finding_command(findings, "vfio-early list");
		finding_command(findings, "vfio-early enable DEVICE");
	} else if (state == WORD_BAD) {
		finding(findings, CHECK_FAIL, "%.*s: %s", length, word, item->error);
		finding_evidence(findings, source, "%.*s", length, word);
		finding_remedy(findings, "see what each word does, and choose again");
		finding_command(findings, "vfio-early cmdline --explain");
	} else if (item->selector.has_id && item->selector.has_place) {
		finding(findings, state == WORD_FITS ? CHECK_PASS : CHECK_SKIP,
			state == WORD_FITS ? "%.*s: the device has this ID"
					   : "%.*s: no device is in this place",
			length, word);
		finding_evidence(findings, source, "%.*s", length, word);
	} else {
		finding(findings, CHECK_SKIP, "%.*s names no ID to compare", length,
			word);
	}
}

static void check_id(const struct context *context, struct findings *findings)
{
	if (!each_word(context, findings, id_row))
		finding(findings, CHECK_SKIP, "no device is selected in vfio-early");
}

/* The first bytes of configuration space. More is not read: some devices do not stand
 * it. Returns how many there were, or -errno. */
static ssize_t read_config(const struct pci_device *device, unsigned char bytes[4])
{
	CLEANUP_FREE char *path = attribute_path(device, "config");
	CLEANUP_FREE char *real = root_path(path);
	int file = open(real, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t got;

	if (file < 0)
		return -errno;
	got = pread(file, bytes, 4, 0);
	if (got < 0)
		got = -errno;
	close(file);
	return got;
}

static void check_alive(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);

	for (size_t i = 0; i < card.count; i++) {
		const struct pci_device *function = &card.function[i];
		CLEANUP_FREE char *path = attribute_path(function, "config");
		unsigned char bytes[4];
		ssize_t got = read_config(function, bytes);

		if (got < 4) {
			finding(findings, CHECK_UNKNOWN,
				"the configuration space of %s cannot be read",
				function->address);
			finding_evidence(findings, path, "%s",
				got < 0 ? strerror((int)-got) : "too short");
			return;
		}
		if (memcmp(bytes, "\xff\xff\xff\xff", 4) != 0)
			continue;
		finding(findings, CHECK_FAIL,
			"%s no longer answers: it has fallen off the bus",
			function->address);
		finding_evidence(findings, path, "ff ff ff ff");
		finding_remedy(findings,
			"switch the machine off (a restart may not do) and on again; if it "
			"stays, check the card's seat and power cables");
		finding_command(findings, "poweroff");
		finding_needs_reboot(findings);
		return;
	}
	finding(findings, CHECK_PASS, "the card answers");
}

static void check_power(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "power_state");
	CLEANUP_FREE char *state = attribute_read(intent->device, "power_state");

	(void)context;
	if (state == NULL) {
		finding(findings, CHECK_SKIP, "this kernel does not say its power state");
		return;
	}
	if (strcmp(state, "error") == 0 ||
		(strcmp(state, "D3cold") == 0 && !intent_is_host(intent))) {
		finding(findings, CHECK_WARN,
			strcmp(state, "error") == 0
				? "the card's power state cannot be set"
				: "the card is without power (D3cold): some do not wake up "
				  "again");
		finding_evidence(findings, path, "%s", state);
		finding_remedy(findings,
			"if a VM cannot start it, keep vfio-pci from letting it sleep, and "
			"switch the machine off and on again");
		finding_command(findings, "echo options vfio-pci disable_idle_d3=1 "
					  ">/etc/modprobe.d/vfio-pci-power.conf");
		finding_needs_reboot(findings);
		return;
	}
	finding(findings, CHECK_PASS, "the card has power");
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

static void check_reset(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "reset_method");
	CLEANUP_FREE char *reset = attribute_path(intent->device, "reset");
	CLEANUP_FREE char *methods = attribute_read(intent->device, "reset_method");
	struct card card = intent_card(context, intent);
	const struct pci_device *neighbour = bus_neighbour(context, &card);

	if (!intent_is_vm(intent)) {
		finding(findings, CHECK_SKIP, "the card is not wanted in a VM");
		return;
	}
	if (methods == NULL && root_exists(reset)) {
		finding(findings, CHECK_PASS, "the card can be reset");
		finding_evidence(findings, reset, "present");
		return;
	}
	if (methods == NULL || methods[0] == '\0') {
		finding(findings, CHECK_WARN,
			"the kernel knows no way to reset the card: a VM may find it as the "
			"one before left it");
		finding_evidence(findings, path, methods == NULL ? "absent" : "empty");
		finding_remedy(findings,
			"nothing needs to be done as long as it works; if the second start "
			"of a VM fails, restart the machine between them");
		return;
	}
	if (strcmp(methods, "bus") == 0 && neighbour != NULL) {
		finding(findings, CHECK_WARN,
			"the card can only be reset together with %s, which is on the same "
			"bus",
			neighbour->address);
		finding_evidence(findings, path, "%s", methods);
		finding_remedy(findings,
			"give both to the same VM, or put the card into a slot of its own");
		return;
	}
	finding(findings, CHECK_PASS, "the card can be reset");
	finding_evidence(findings, path, "%s", methods);
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
