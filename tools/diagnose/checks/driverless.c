/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/claims/block.h"
#include "tools/diagnose/checks/driverless.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/remedy.h"
#include "tools/diagnose/verdict.h"
#include "tools/kernel/modules.h"
#include "tools/pci/graphics-drivers.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/pci/cards.h"

#define NO_DRIVER "the card is with {driver}, and {who} needs {1}: "
VERDICT kept_away = {CHECK_FAIL, NO_DRIVER "{2} keeps {3} away ({4})",
	"DRV-OTHER-CLAIMS says how it is taken away", .reboot = true};
VERDICT kept_by_word = {CHECK_FAIL,
	NO_DRIVER "{2} on the kernel command line keeps {3} away",
	"take {2} from the kernel command line{4}", "reboot", .reboot = true};
VERDICT no_firmware = {CHECK_FAIL, NO_DRIVER "the driver wants firmware that is missing",
	"install the package that has this file (firmware-amd-graphics, "
	"firmware-misc-nonfree or firmware-nvidia-graphics on Debian, pve-firmware on "
	"Proxmox, linux-firmware elsewhere)",
	.reboot = true};
VERDICT firmware_late = {CHECK_FAIL,
	NO_DRIVER "the driver wanted firmware that the initramfs does not have",
	"the file is installed, but not in the image, from which the driver was loaded",
	.reboot = true};
VERDICT probe_failed = {CHECK_FAIL, NO_DRIVER "its driver came and failed",
	"the kernel log says why, around this message; see LOG-SIGNATURES, too",
	"dmesg | grep {device}"};
VERDICT not_installed = {CHECK_FAIL, NO_DRIVER "kernel {2} has no {3}",
	"install the driver for this kernel (a package such as linux-modules-extra, or the "
	"maker's), or boot a kernel that has it",
	.reboot = true};
VERDICT not_loaded = {
	CHECK_FAIL, NO_DRIVER "{2} is not loaded", "load it", "modprobe {2}"};
VERDICT no_cause = {CHECK_FAIL, "the card is with {driver}, and {who} needs {1}",
	"load the card's driver"};

struct search {
	const struct context *context;
	const struct pci_device *device;
	const char *needed;
	struct findings *findings;
};

/* A setting of this boot that keeps a driver of the host away. */
static bool say_setting(const struct search *search)
{
	const struct claims *claims = search->context->claims;

	for (size_t i = 0; claims != NULL && i < claims->count; i++) {
		const struct claim *claim = &claims->claim[i];
		const char *driver = claim_blocked_driver(claim, search->device);
		bool word = strcmp(claim->source, "/proc/cmdline") == 0;
		CLEANUP_FREE char *place = NULL;

		/* what is said of the next boot has kept nothing away in this one */
		if (driver == NULL || text_begins(claim->source, "/etc/default/grub") ||
			text_begins(claim->source, "/etc/kernel/cmdline"))
			continue;
		place = word ? remedy_cmdline_place(search->context)
			     : copy_text(claim->source);
		verdict_row(search->findings, word ? &kept_by_word : &kept_away,
			search->needed, claim->text, driver, place, NULL);
		finding_evidence(search->findings, claim->source, "%s", claim->text);
		return true;
	}
	return false;
}

/* The next message about this device with the pattern in it. */
static const struct log_record *find_message(
	const struct search *search, const char *pattern)
{
	const struct log_record *record = NULL;

	while ((record = log_find(search->context->log, record, pattern)) != NULL)
		if (strstr(record->text, search->device->address) != NULL)
			return record;
	return NULL;
}

/* Whether the file that "Direct firmware load for amdgpu/x.bin failed" speaks of is
 * there by now, perhaps compressed. */
static bool firmware_is_there(const char *message)
{
	static const char front[] = "firmware load for ";
	static const char *const ends[] = {"", ".xz", ".zst"};
	const char *name = strstr(message, front);

	if (name == NULL)
		return false;
	name += sizeof(front) - 1;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		CLEANUP_FREE char *path = format_text(
			"/lib/firmware/%.*s%s", (int)strcspn(name, " "), name, ends[i]);

		if (root_exists(path))
			return true;
	}
	return false;
}

static bool say_message(const struct search *search)
{
	const struct log_record *record =
		find_message(search, "firmware load for % failed with error");
	const struct verdict *verdict = &probe_failed;

	if (record != NULL)
		verdict = firmware_is_there(record->text) ? &firmware_late : &no_firmware;
	else
		record = find_message(search, "probe % failed with error");
	if (record == NULL)
		return false;
	verdict_row(search->findings, verdict, search->needed, NULL);
	finding_evidence(
		search->findings, search->context->log->source, "%s", record->text);
	if (verdict != &probe_failed) {
		remedy_make_images(search->findings);
		finding_command(search->findings, "reboot");
	}
	return true;
}

static bool is_loaded(const char *module)
{
	CLEANUP_FREE char *path = format_text("/sys/module/%s", module);

	return root_exists(path);
}

/* Whether the running kernel has a driver for the card at all. */
static bool say_modules(const struct search *search)
{
	CLEANUP_FREE char *version = modules_running();
	CLEANUP_FREE char *directory = modules_directory(version);
	CLEANUP_FREE char *names = NULL;
	const char *module, *there = NULL;
	uint16_t vendor = search->device->facts.function.vendor;

	for (size_t i = 0; (module = graphics_driver(vendor, i)) != NULL; i++) {
		enum module_place place = module_find(version, module, NULL);

		if (place == MODULE_UNKNOWN || is_loaded(module))
			return false;
		if (place != MODULE_ABSENT && there == NULL)
			there = module;
		if (names == NULL)
			names = copy_text(module);
		else
			text_append(&names, " or %s", module);
	}
	if (names == NULL)
		return false;
	if (there == NULL)
		verdict_row(search->findings, &not_installed, search->needed, version,
			names, NULL);
	else
		verdict_row(search->findings, &not_loaded, search->needed, there, NULL);
	finding_evidence(search->findings, directory, "%s",
		there != NULL ? there
			      : "neither modules.dep nor modules.builtin has one");
	return true;
}

void driverless_row(const struct context *context, const struct intent *intent,
	const char *needed, struct findings *findings)
{
	const struct search search = {context, intent->device, needed, findings};

	if (!say_setting(&search) && !say_message(&search) &&
		!(pci_device_is_graphics(intent->device) && say_modules(&search)))
		verdict_row(findings, &no_cause, needed, NULL);
}
