/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/selection/explain.h"
#include "tools/text/json.h"
#include "tools/boot/state.h"
#include "tools/commands/status-read.h"
#include "tools/commands/status-json.h"
#include "tools/commands/status-compare.h"
#include "tools/pci/attribute.h"
#include "tools/pci/cards.h"

static void print_choice(const struct status *status)
{
	bool any = false;

	puts("Chosen");
	for (size_t i = 0; i < status->devices.count; i++) {
		const struct pci_device *device = &status->devices.device[i];

		if (!prediction_selects(status->choice, &device->facts.function.address))
			continue;
		print_plain("  %s  %s  %s\n", pci_device_short(device), device->id,
			device->name);
		any = true;
	}
	if (!any)
		puts(status->choice->flag.state == FLAG_OFF
				? "  nothing: 'vfio-early list' shows the cards, "
				  "'vfio-early enable' chooses one"
				: "  nothing that is here");
}

static void print_outcome(const struct record_line *line)
{
	switch (line->outcome) {
	case OUTCOME_TAKEN:
		print_plain(", taken by the early program");
		break;
	case OUTCOME_KEPT:
		print_plain(", where the early program found it");
		break;
	case OUTCOME_HELD:
		print_plain(", held for %s by the early program", line->driver);
		break;
	case OUTCOME_LEFT:
		print_plain(", left to the host");
		break;
	case OUTCOME_RESTORED:
		print_plain(", given back to the host");
		break;
	case OUTCOME_FAILED:
		print_plain(", could not be taken nor given back");
		break;
	}
	if (line->reason[0] != '\0')
		print_plain(": %s", line->reason);
}

static void print_this_boot(const struct status *status)
{
	const struct flag *flag = &status->running->flag;
	CLEANUP_FREE char *value = explain_printable(flag->value);

	if (!status_is_passthrough(status))
		print_plain("This boot: normal, %s\n",
			flag->state == FLAG_OFF ? "the flag is off"
						: "the command line has no flag");
	else
		print_plain("This boot: passthrough, " FLAG_NAME "=%s\n", value);
	for (size_t i = 0; i < status->devices.count; i++) {
		const struct pci_device *device = &status->devices.device[i];
		const struct record_line *line = NULL;

		if (!status_concerns(status, device))
			continue;
		if (status->has_record)
			line = record_of(
				&status->record, &device->facts.function.address);
		print_plain(
			"  %s  with %s", pci_device_short(device), driver_text(device));
		if (line != NULL)
			print_outcome(line);
		putchar('\n');
	}
	if (status->has_record && status->record.end >= status->record.start)
		print_plain(
			"  The early program ran %.3f s after the kernel's start, for "
			"%.3f s.\n",
			(double)status->record.start / 1e6,
			(double)(status->record.end - status->record.start) / 1e6);
}

static void print_next_boot(const struct status *status)
{
	const struct plan *plan = status->next != NULL ? &status->next->plan : NULL;
	const struct boot_state *boot = &status->boot;

	if (boot->loader != NULL)
		print_plain("Boot loader: %s: %s\n", boot->loader->name, boot->evidence);
	print_plain("Next boot: %s, %s\n", next_entry_text(boot->next), boot->why);
	if (plan == NULL || plan->count == 0)
		puts(status->next != NULL ? "  every device stays with the host"
					  : "  what it does is not known");
	else if (boot->next == NEXT_UNKNOWN)
		puts("  with the command line of this boot:");
	for (unsigned int i = 0; plan != NULL && i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entry[i];
		const struct pci_device *device =
			devices_find(&status->devices, &entry->device->function.address);
		CLEANUP_FREE char *what = explain_entry(status->next, entry);

		if (device != NULL)
			print_plain("  %s  %s\n", pci_device_short(device), what);
	}
}

static void print_kernels(const struct status *status)
{
	puts("Kernels");
	if (status->kernels.count == 0)
		puts("  none found in /boot");
	for (size_t i = 0; i < status->kernels.count; i++) {
		const struct kernel *kernel = &status->kernels.kernel[i];

		print_plain("  %s  %s%s\n", kernel->version,
			kernel->ready	  ? "ready"
			: kernel->unknown ? "unknown: "
					  : "not ready: ",
			!kernel->ready			   ? kernel->reason
			: kernel->carrier == CARRIER_IMAGE ? ""
							   : ", by an archive "
							     "beside its image");
		if (kernel->stale != NULL)
			print_plain(
				"    %s: it does what that version does, and nothing where "
				"it does not know a word of the flag; 'vfio-early enable' "
				"makes the %s anew\n",
				kernel->stale,
				kernel->carrier == CARRIER_IMAGE ? "image" : "archive");
		if (kernel->note != NULL)
			print_plain("    %s\n", kernel->note);
	}
}

static void print_text(const struct status *status)
{
	print_choice(status);
	print_this_boot(status);
	print_next_boot(status);
	print_kernels(status);
	puts("Differences");
	if (status->differences == 0)
		puts("  none");
	for (size_t i = 0; i < status->differences; i++)
		print_plain("  %s %s\n", status->difference[i].healthy ? "-" : "!",
			status->difference[i].text);
}

static int run_status(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *why = NULL;
	struct status status;
	int result;

	if (!options_end(&command_status, argc, argv, NULL))
		return STATUS_USAGE;
	if (status_read(&status, &why) < 0) {
		print_message("%s", why);
		return STATUS_USAGE;
	}
	status_compare(&status);
	result = status_is_healthy(&status) ? STATUS_OK : STATUS_FAILED;
	if (!options->json)
		print_text(&status);
	else if (json_print(status_json(&status)) < 0)
		result = STATUS_USAGE;
	status_free(&status);
	return result;
}

const struct command command_status = {
	.name = "status",
	.run = run_status,
	.usage = "",
	.summary = "this boot, the next boot, and what differs",
	.help = "The exit status is 1 if something is not as it should be, or cannot be known, as\n"
		"for a user who may not read grub.cfg: those differences are marked with '!'.\n",
};
