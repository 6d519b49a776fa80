/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The differences between the choice, this boot and the next one. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/cmdline.h"
#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/boot/kexec.h"
#include "tools/boot/state.h"
#include "tools/kernel/parameters.h"
#include "tools/selection/explain.h"
#include "tools/selection/refuse.h"
#include "tools/text/span.h"
#include "tools/commands/status-read.h"
#include "tools/commands/status-compare.h"
#include "tools/commands/status-journal.h"
#include "tools/pci/attribute.h"
#include "tools/pci/cards.h"

static bool is_vfio(const char *driver)
{
	return strstr(driver, "vfio") != NULL;
}

/* This boot: what the early program was told, did, and what is left of it. */

static void compare_line(struct status *status, const struct record_line *line)
{
	const struct pci_device *device = devices_find(&status->devices, &line->address);
	char buffer[24];
	struct text address = text_in(buffer, sizeof(buffer));

	enum record_fate fate;

	pci_address_format(&line->address, &address);
	if (device == NULL) {
		status_add(status, false, "device-gone",
			format_text(
				"%s was there in this boot, and is gone now", buffer));
		return;
	}
	fate = record_fate(line, device->facts.driver);
	if (fate == FATE_CHANGED)
		status_add(status, false, "driver-changed",
			format_text("%s was given to %s in this boot, but is with %s now",
				pci_device_short(device), line->driver,
				driver_text(device)));
	else if (fate == FATE_NOT_TAKEN || fate == FATE_BOOT_DISPLAY)
		status_add(status, fate == FATE_BOOT_DISPLAY, "not-taken",
			format_text("%s stayed with the host in this boot: %s",
				pci_device_short(device),
				line->reason[0] != '\0' ? line->reason
							: "the record does not say why"));
}

static void compare_this_boot(struct status *status)
{
	if (status->record_why != NULL) {
		status_add(status, false, "record-unreadable",
			copy_text(status->record_why));
		return;
	}
	if (!status->has_record) {
		if (status_is_passthrough(status))
			status_add(status, false, "early-program-missing",
				copy_text("this boot was told to give devices away, but "
					  "the early program left no record: it was not "
					  "in the initramfs that was booted"));
		return;
	}
	for (size_t i = 0; i < status->record.errors.count; i++)
		status_add(status, false, "word-wrong",
			format_text("in this boot a word was wrong: %s",
				status->record.errors.line[i]));
	for (size_t i = 0; i < status->record.count; i++)
		compare_line(status, &status->record.line[i]);
}

/* What stands behind the end is lost: the flag too, perhaps. */
static void compare_line_length(struct status *status)
{
	struct cmdline line = cmdline_read(status->cmdline, strlen(status->cmdline));

	if (line.cut)
		status_add(status, false, "line-cut",
			format_text("the kernel command line fills the %d bytes that the "
				    "kernel keeps: it may have been cut, and what stood "
				    "behind is lost",
				CMDLINE_SIZE - 1));
}

/* The boot loader: the switch, the entries and the guard. */

static char *tell_pending(const struct status *status)
{
	CLEANUP_FREE char *stop = parameters_stop(status->cmdline);

	return format_text(
		"a passthrough boot has begun that "
		"vfio-early-confirm.service has not confirmed, so the next boot "
		"will be a normal one%s%s%s",
		stop != NULL ? ": '" : "", stop != NULL ? stop : "",
		stop != NULL ? "' on the kernel command line stops it before it has "
			       "started up"
			     : "");
}

static void compare_guard(struct status *status)
{
	const struct boot_state *boot = &status->boot;

	if (boot->failed)
		status_add(status, false, "boot-failed",
			format_text("the last passthrough boot did not come up, so %s "
				    "boots normally until 'vfio-early enable'",
				boot->loader->name));
	else if (boot->pending && boot->inputs.guard.on)
		status_add(status, false, "not-confirmed", tell_pending(status));
	else if (boot->stopped != STOPPED_NOT && boot->inputs.guard.on)
		status_add(status, true, "boot-stopped",
			format_text("the last passthrough boot was not confirmed: it was "
				    "stopped before it had started up%s",
				boot->stopped == STOPPED_NOW
					? ""
					: "; one normal boot was made of that"));
	if (boot->present && boot->inputs.parameters != NULL && !boot->inputs.guard.on)
		status_add(status, true, "guard-off",
			format_text("the guard is off, and a passthrough boot that fails "
				    "is tried again: %s",
				boot->inputs.guard.reason));
}

/* A boot loader that is not known, or cannot be read, says nothing. */
static bool is_known(const struct status *status)
{
	return status->boot.next != NEXT_UNKNOWN;
}

/* A kernel can be ready before its entry is there, or after it went. */
static void compare_kernel_entries(struct status *status)
{
	for (size_t i = 0; i < status->kernels.count; i++) {
		const struct kernel *kernel = &status->kernels.kernel[i];

		if (kernel->ready && !boot_has_kernel(&status->boot, kernel))
			status_add(status, false, "kernel-without-entry",
				format_text(
					"kernel %s is ready, but %s has no "
					"passthrough entry for it; 'vfio-early enable' "
					"makes one",
					kernel->version, status->boot.loader->menu));
	}
}

static void compare_entries(struct status *status)
{
	const struct boot_state *boot = &status->boot;
	bool wanted = boot->on || boot->once;
	const char *menu;

	if (!is_known(status)) {
		/* a loader that is not known says nothing; one that is could be read */
		if (boot->loader != NULL && boot->why != NULL)
			status_add(status, false, "next-unknown",
				format_text("what the next boot does is not known: %s",
					boot->why));
		return;
	}
	menu = boot->loader->menu;
	if (!boot->present) {
		if (wanted)
			status_add(status, false, "entry-missing",
				format_text("passthrough is enabled, but %s has no "
					    "entry for it; 'vfio-early enable' makes one",
					menu));
		return;
	}
	if (boot->inputs.parameters == NULL)
		status_add(status, !wanted, "entry-outdated",
			format_text("the entries in %s are those of another version "
				    "of vfio-early; 'vfio-early enable' makes new ones",
				menu));
	else if (status->conf_why == NULL && status->choice->flag.state == FLAG_OFF)
		status_add(status, !wanted, "entry-differs",
			format_text("the entries in %s have '%s', and nothing is "
				    "chosen",
				menu, boot->inputs.parameters));
	else if (status->conf_why == NULL &&
		 strcmp(boot->inputs.parameters, status->choice_line) != 0)
		status_add(status, !wanted, "entry-differs",
			format_text("the entries in %s have '%s', and the choice "
				    "is '%s'; 'vfio-early enable' puts the choice there",
				menu, boot->inputs.parameters, status->choice_line));
	if (wanted)
		compare_kernel_entries(status);
}

/* The next boot: what it will not do, and what it will change. */

static void compare_wrong_words(struct status *status,
	const struct prediction *prediction, bool healthy, const char *id)
{
	struct wrong_words wrong;

	wrong_words_find(prediction, &status->devices, &wrong);
	for (size_t i = 0; i < wrong.count; i++)
		status_add(status, healthy, id,
			format_text("'%.*s': %s", (int)wrong.word[i].word.length,
				wrong.word[i].word.text, wrong.word[i].sentence));
	wrong_words_free(&wrong);
}

static void compare_refusals(struct status *status)
{
	const struct plan *plan = &status->next->plan;

	for (unsigned int i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entry[i];
		const struct pci_device *device =
			devices_find(&status->devices, &entry->device->function.address);
		CLEANUP_FREE char *what = explain_entry(status->next, entry);

		if (entry->action == ACTION_LEAVE && entry->reason != REASON_SIBLING &&
			device != NULL)
			status_add(status, entry->reason == REASON_BOOT_DISPLAY,
				"next-not-taken",
				format_text("in the next boot %s %s",
					pci_device_short(device), what));
	}
}

/* Nothing is to be done about a kernel that cannot be made ready, as long as nobody boots
 * it by mistake, and there is another one to boot. */
static bool is_passed_over(const struct status *status, const struct kernel *kernel)
{
	const struct kernels *kernels = &status->kernels;
	bool other = false;

	for (size_t i = 0; i < kernels->count; i++)
		other = other || kernels->kernel[i].ready;
	return kernel->unfit && other && !boot_has_kernel(&status->boot, kernel);
}

static void compare_kernels(struct status *status)
{
	for (size_t i = 0; i < status->kernels.count; i++) {
		const struct kernel *kernel = &status->kernels.kernel[i];

		if (kernel->unknown)
			status_add(status, false, "kernel-unknown",
				format_text("whether kernel %s is ready is not known: %s",
					kernel->version, kernel->reason));
		else if (!kernel->ready)
			status_add(status, is_passed_over(status, kernel),
				"kernel-not-ready",
				format_text("kernel %s is not ready: %s", kernel->version,
					kernel->reason));
	}
}

static void compare_function(struct status *status, const struct pci_device *device)
{
	const struct plan_entry *entry =
		prediction_of(status->next, &device->facts.function.address);
	bool taken = entry != NULL && entry->action != ACTION_LEAVE;
	const char *driver = device->facts.driver;

	if (taken && !driver_is_same(driver, entry->driver))
		status_add(status, true, "reboot-takes",
			format_text("%s is with %s now; the next boot gives it to %s",
				pci_device_short(device), driver_text(device),
				entry->driver));
	else if (!taken && is_vfio(driver))
		status_add(status, true, "reboot-returns",
			format_text("%s is with %s now; the next boot leaves it with the "
				    "host",
				pci_device_short(device), driver));
}

static void compare_way_of_reboot(struct status *status)
{
	char *warning = kexec_warning();

	if (warning != NULL)
		status_add(status, true, "kexec", warning);
}

/* The cards that the next boot takes, as one would name them to `enable`. */
static struct candidate *next_candidates(const struct status *status, size_t *count)
{
	struct candidate *candidates = NULL;

	*count = 0;
	for (size_t i = 0; i < status->devices.count; i++) {
		const struct pci_device *device = &status->devices.device[i];
		const struct plan_entry *entry =
			prediction_of(status->next, &device->facts.function.address);

		if (entry == NULL || entry->action == ACTION_LEAVE)
			continue;
		*ARRAY_ADD(candidates, *count) = (struct candidate){
			.card = {.function = device, .count = 1}, .by_address = true};
	}
	return candidates;
}

/* The user said --force, and may not remember it in front of the dark screen. */
static void compare_display(struct status *status)
{
	size_t count;
	CLEANUP_FREE struct candidate *candidates = next_candidates(status, &count);
	const char *what;
	const struct pci_device *lost =
		display_lost(&status->devices, candidates, count, &what);

	if (lost != NULL)
		status_add(status, true, "next-dark",
			format_text(
				"the next boot gives %s away (%s), so that this "
				"machine's screen stays dark from the kernel's start on",
				pci_device_short(lost), what));
}

static void compare_next_boot(struct status *status)
{
	const struct boot_state *boot = &status->boot;
	bool passthrough =
		status->next != NULL && (status->next->flag.state == FLAG_ON ||
						status->next->flag.state == FLAG_BAD);

	if (passthrough) {
		compare_wrong_words(status, status->next, false, "next-word-wrong");
		compare_refusals(status);
	} else {
		compare_wrong_words(status, status->choice, true, "choice-wrong");
	}
	if (passthrough || boot->on || boot->once)
		compare_kernels(status);
	if (status->boot.next == NEXT_UNKNOWN || status->next == NULL)
		return;
	compare_display(status);
	for (size_t i = 0; i < status->devices.count; i++)
		if (status_concerns(status, &status->devices.device[i]))
			compare_function(status, &status->devices.device[i]);
}

void status_compare(struct status *status)
{
	status_compare_journal(status);
	if (status->conf_why != NULL)
		status_add(status, false, "conf-unreadable", copy_text(status->conf_why));
	compare_line_length(status);
	compare_this_boot(status);
	compare_guard(status);
	compare_entries(status);
	compare_next_boot(status);
	compare_way_of_reboot(status);
}
