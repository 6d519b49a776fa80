/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drivers themselves: vfio-pci, and NVIDIA's on the host. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/kernel/modules.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/intent.h"
#include "tools/claims/claim.h"
#include "tools/diagnose/log/kernel-log.h"

static void check_vfio(const struct context *context, struct findings *findings)
{
	static const char driver[] = "/sys/bus/pci/drivers/vfio-pci";
	CLEANUP_FREE char *version = modules_running();
	CLEANUP_FREE char *directory = modules_directory(version);
	CLEANUP_FREE char *module = NULL;
	enum module_place place;

	if (!context_wants(context, WANT_VM)) {
		finding(findings, CHECK_SKIP,
			"no card is wanted in a VM, and nothing else needs vfio-pci");
		return;
	}
	if (root_exists(driver)) {
		finding(findings, CHECK_PASS, "vfio-pci is there");
		finding_evidence(findings, driver, "present");
		return;
	}
	place = module_find(version, "vfio-pci", &module);
	if (module != NULL) {
		finding(findings, CHECK_PASS,
			"vfio-pci is not loaded yet, and will be when it is needed");
		finding_evidence(findings, directory, "%s", module);
		return;
	}
	if (place == MODULE_UNKNOWN) {
		finding(findings, CHECK_UNKNOWN,
			"this kernel's list of modules cannot be read");
		finding_evidence(findings, directory, "no modules.dep");
		return;
	}
	finding(findings, CHECK_FAIL, "this kernel has no vfio-pci");
	finding_evidence(findings, driver, "absent");
	finding_evidence(findings, directory, "no vfio-pci.ko");
	finding_remedy(findings, "install a kernel with VFIO (CONFIG_VFIO_PCI), or the "
				 "package with this kernel's further modules");
	finding_needs_reboot(findings);
}

/* Why the driver is not in the kernel. */
static void explain_absence(const struct context *context, struct findings *findings)
{
	CLEANUP_FREE char *version = modules_running();
	CLEANUP_FREE char *directory = modules_directory(version);
	CLEANUP_FREE char *module = NULL;
	const struct log_record *record = log_find(context->log, NULL, "is rejected");

	finding_evidence(findings, "/sys/module/nvidia", "absent");
	module_find(version, "nvidia", &module);
	if (module == NULL) {
		finding_evidence(findings, directory, "no nvidia.ko");
		finding_remedy(findings, "build or install the driver for this kernel; "
					 "with DKMS its log says why it was not built");
		finding_command(findings, "dkms status");
		finding_command(findings, "dkms autoinstall");
		return;
	}
	for (size_t i = 0; context->claims != NULL && i < context->claims->count; i++) {
		const struct claim *claim = &context->claims->claim[i];

		if (claim->kind != CLAIM_BLOCK || strcmp(claim->what, "nvidia") != 0)
			continue;
		finding_evidence(findings, claim->source, "%s", claim->text);
		finding_remedy(findings, "remove that line, then load the driver");
		finding_command(findings, "modprobe nvidia");
		return;
	}
	if (record != NULL) {
		finding_evidence(findings, context->log->source, "%s", record->text);
		finding_remedy(findings,
			"sign the module with a key that the firmware trusts (MOK), or turn "
			"Secure Boot off");
		return;
	}
	finding_evidence(findings, directory, "%s", module);
	finding_remedy(findings, "load it, and see what it says");
	finding_command(findings, "modprobe nvidia");
	finding_command(findings, "dmesg | tail");
}

/* "GPU Excluded: Yes" by the driver's own registry of devices. */
static bool is_excluded(const struct pci_device *device, char **path)
{
	CLEANUP_FREE char *text = NULL;
	const char *line;

	*path = format_text("/proc/driver/nvidia/gpus/%s/information", device->address);
	if (root_read(*path, &text, NULL) < 0)
		return false;
	line = strstr(text, "GPU Excluded:");
	if (line == NULL)
		line = strstr(text, "Blacklisted:");
	return line != NULL &&
	       text_begins(line + strcspn(line, ":") + 1 +
				   strspn(line + strcspn(line, ":") + 1, " \t"),
		       "Yes");
}

/* The driver runs, but not on this card: the kernel log says why. */
static void explain_refusal(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	static const char *const texts[] = {"not supported by open",
		"NVIDIA driver release", "ignoring the legacy GPU",
		"RmInitAdapter failed", "power cables", "probe routine failed",
		"fallen off the bus", "request_mem_region failed", "PCI I/O region",
		"already bound to", "was not called for"};
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct log_record *record = log_find(context->log, NULL, texts[i]);

		if (record == NULL ||
			(record->device != NULL &&
				strcmp(record->device, intent->device->address) != 0))
			continue;
		finding_evidence(findings, context->log->source, "%s", record->text);
		found = true;
	}
	finding_remedy(findings, found ? "LOG-SIGNATURES says what these messages mean"
				       : "DRV-BOUND and DRV-OTHER-CLAIMS say who has it");
}

static void check_nvidia(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	static const char version_path[] = "/proc/driver/nvidia/version";
	CLEANUP_FREE char *version = root_read_word(version_path);
	CLEANUP_FREE char *excluded = NULL;
	const struct pci_device *device = intent->device;

	if (!intent_is_host(intent) || device->facts.function.vendor != VENDOR_NVIDIA ||
		strcmp(device->facts.driver, "nouveau") == 0) {
		finding(findings, CHECK_SKIP, "the card needs no nvidia driver here");
		return;
	}
	if (driver_is_vfio(device->facts.driver)) {
		finding(findings, CHECK_SKIP,
			"another driver has the card, see DRV-BOUND");
		return;
	}
	if (!root_exists("/sys/module/nvidia")) {
		finding(findings, CHECK_FAIL, "the nvidia driver is not loaded");
		explain_absence(context, findings);
		return;
	}
	if (strcmp(device->facts.driver, "nvidia") != 0) {
		CLEANUP_FREE char *path = attribute_path(device, "driver");

		finding(findings, CHECK_FAIL,
			"the nvidia driver is loaded, and does not have this card");
		finding_evidence(findings, path, "%s", driver_text(device));
		explain_refusal(context, intent, findings);
		return;
	}
	if (is_excluded(device, &excluded)) {
		finding(findings, CHECK_FAIL, "the nvidia driver leaves this card out");
		finding_evidence(findings, excluded, "GPU Excluded: Yes");
		finding_remedy(findings,
			"take the card out of NVreg_ExcludedGpus (modprobe.d), or out of "
			"what nvidia-smi was told to drain");
		finding_needs_reboot(findings);
		return;
	}
	finding(findings, CHECK_PASS, "the nvidia driver runs the card");
	if (version != NULL)
		finding_evidence(findings, version_path, "%.*s",
			(int)strcspn(version, "\n"), version);
}

/* Another card with a function of the same ID as one of this card's. */
static const struct pci_device *twin(
	const struct context *context, const struct card *card)
{
	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *other = &context->devices.device[i];

		if (card_has(card, other) || pci_device_is_bridge(other))
			continue;
		for (size_t j = 0; j < card->count; j++)
			if (strcmp(other->id, card->function[j].id) == 0)
				return other;
	}
	return NULL;
}

/* What takes devices by their ID, and so the twin as well. */
static const struct claim *claim_by_id(
	const struct context *context, const struct pci_device *device)
{
	for (size_t i = 0; context->claims != NULL && i < context->claims->count; i++) {
		const struct claim *claim = &context->claims->claim[i];

		if (claim->kind == CLAIM_VFIO && claim->target == TARGET_ID &&
			claim_means(claim, device))
			return claim;
	}
	return NULL;
}

static void check_twins(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	const struct pci_device *other = twin(context, &card);
	const struct intent *wanted;
	const struct claim *claim;

	if (other == NULL) {
		finding(findings, CHECK_PASS, "no other device has the same ID");
		return;
	}
	claim = claim_by_id(context, other);
	wanted = context_intent(context, other);
	if (claim == NULL) {
		finding(findings, CHECK_PASS,
			"%s has the same ID [%s], and nothing takes devices by that ID",
			other->address, other->id);
		return;
	}
	finding(findings,
		intent->want == WANT_NOTHING ? CHECK_INFO
		: wanted != NULL && wanted->want == WANT_VM && intent_is_vm(intent)
			? CHECK_PASS
			: CHECK_FAIL,
		"%s has the same ID [%s], and %s takes both for %s", other->address,
		other->id, claim->who,
		claim->driver != NULL ? claim->driver : "vfio-pci");
	finding_evidence(findings, claim->source, "%s", claim->text);
	finding_remedy(findings,
		"remove that, and let vfio-early take the one that is meant by its address");
	if (intent_is_vm(intent))
		finding_command(
			findings, "vfio-early enable %s", intent->device->address);
	finding_needs_reboot(findings);
}

const struct check module_checks[] = {
	{.id = "DEV-TWIN-IDS",
		.about =
			"whether another device has the same ID and is taken with the card",
		.run_device = check_twins},
	{.id = "DRV-VFIO", .about = "whether the kernel has vfio-pci", .run = check_vfio},
	{.id = "DRV-NVIDIA-STATE",
		.about = "whether the host's nvidia driver runs the card",
		.run_device = check_nvidia},
	{0},
};
