/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NVIDIA's own driver on the host. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/kernel/modules.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/guests/node-numbers.h"
#include "tools/claims/claim.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/log/kernel-log.h"

static const char not_loaded[] = "the nvidia driver is not loaded";
VERDICT not_built = {CHECK_FAIL, not_loaded,
	"build or install the driver for this kernel; with DKMS its log says why it was "
	"not built",
	"dkms status\ndkms autoinstall"};
VERDICT blocked = {CHECK_FAIL, not_loaded, "remove that line, then load the driver",
	"modprobe nvidia"};
VERDICT not_signed = {CHECK_FAIL, not_loaded,
	"sign the module with a key that the firmware trusts (MOK), or turn Secure Boot "
	"off"};
VERDICT only_not_loaded = {CHECK_FAIL, not_loaded, "load it, and see what it says",
	"modprobe nvidia\ndmesg | tail"};

/* What keeps the module from being loaded; NULL: no setting. */
static const struct claim *find_block(const struct claims *claims)
{
	for (size_t i = 0; claims != NULL && i < claims->count; i++)
		if (claims->claim[i].kind == CLAIM_BLOCK &&
			strcmp(claims->claim[i].what, "nvidia") == 0)
			return &claims->claim[i];
	return NULL;
}

/* Why the driver is not in the kernel. */
static void explain_absence(const struct context *context, struct findings *findings)
{
	CLEANUP_FREE char *version = modules_running();
	CLEANUP_FREE char *directory = modules_directory(version);
	CLEANUP_FREE char *module = NULL;
	const struct log_record *rejected = log_find(context->log, NULL, "is rejected");
	const struct claim *block = find_block(context->claims);

	module_find(version, "nvidia", &module);
	verdict_row(findings,
		module == NULL	   ? &not_built
		: block != NULL	   ? &blocked
		: rejected != NULL ? &not_signed
				   : &only_not_loaded,
		NULL);
	finding_evidence(findings, "/sys/module/nvidia", "absent");
	if (module == NULL)
		finding_evidence(findings, directory, "no nvidia.ko");
	else if (block != NULL)
		finding_evidence(findings, block->source, "%s", block->text);
	else if (rejected != NULL)
		finding_evidence(findings, context->log->source, "%s", rejected->text);
	else
		finding_evidence(findings, directory, "%s", module);
}

/* "GPU Excluded: Yes", formerly "Blacklisted: Yes", by the driver's own registry of
 * devices. */
static bool is_excluded(const struct pci_device *device, char **path)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, line, name;

	*path = format_text(NVIDIA_GPUS "/%s/information", device->address);
	if (root_read(*path, &text, NULL) < 0)
		return false;
	rest = span_of(text);
	while (span_line(&rest, &line))
		if ((span_starts(line, "GPU Excluded:") ||
			    span_starts(line, "Blacklisted:")) &&
			span_piece(&line, ':', &name))
			return span_starts(span_trim(line), "Yes");
	return false;
}

static const char not_driven[] =
	"the nvidia driver is loaded, and does not have this card";
VERDICT refused = {
	CHECK_FAIL, not_driven, "LOG-SIGNATURES says what these messages mean"};
VERDICT elsewhere = {
	CHECK_FAIL, not_driven, "DRV-BOUND and DRV-OTHER-CLAIMS say who has it"};

/* The next message of the driver's about why it does not run the card, from the text at
 * `*at` on. */
static const struct log_record *next_refusal(
	const struct context *context, const struct intent *intent, size_t *at)
{
	static const char *const texts[] = {"not supported by open",
		"NVIDIA driver release", "ignoring the legacy GPU",
		"RmInitAdapter failed", "power cables", "probe routine failed",
		"fallen off the bus", "request_mem_region failed", "PCI I/O region",
		"already bound to", "was not called for"};

	while (*at < ARRAY_SIZE(texts)) {
		const struct log_record *record =
			log_find(context->log, NULL, texts[(*at)++]);

		if (record != NULL &&
			(record->device == NULL ||
				strcmp(record->device, intent->device->address) == 0))
			return record;
	}
	return NULL;
}

/* The driver runs, but not on this card: the kernel log says why. */
static void explain_refusal(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "driver");
	const struct log_record *record;
	size_t at = 0;

	record = next_refusal(context, intent, &at);
	verdict_row(findings, record != NULL ? &refused : &elsewhere, NULL);
	finding_evidence(findings, path, "%s", driver_text(intent->device));
	for (; record != NULL; record = next_refusal(context, intent, &at))
		finding_evidence(findings, context->log->source, "%s", record->text);
}

VERDICT not_needed = {CHECK_SKIP, "the card needs no nvidia driver here"};
VERDICT with_vfio = {CHECK_SKIP, "another driver has the card, see DRV-BOUND"};
VERDICT runs = {CHECK_PASS, "the nvidia driver runs the card"};
VERDICT excluded = {CHECK_FAIL, "the nvidia driver leaves this card out",
	"take the card out of NVreg_ExcludedGpus (modprobe.d), or out of what nvidia-smi "
	"was told to drain",
	.reboot = true};

/* The driver has the card: does it run it? */
static void judge_driven(const struct pci_device *device, struct findings *findings)
{
	static const char version_path[] = "/proc/driver/nvidia/version";
	CLEANUP_FREE char *version = root_read_word(version_path);
	CLEANUP_FREE char *path = NULL;

	if (is_excluded(device, &path)) {
		verdict_row(findings, &excluded, NULL);
		finding_evidence(findings, path, "GPU Excluded: Yes");
		return;
	}
	verdict_row(findings, &runs, NULL);
	if (version != NULL)
		finding_evidence(findings, version_path, "%.*s",
			(int)strcspn(version, "\n"), version);
}

static void check_nvidia(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	const struct pci_device *device = intent->device;

	if (!intent_is_host(intent) || device->facts.function.vendor != VENDOR_NVIDIA ||
		strcmp(device->facts.driver, "nouveau") == 0)
		verdict_row(findings, &not_needed, NULL);
	else if (driver_is_vfio(device->facts.driver))
		verdict_row(findings, &with_vfio, NULL);
	else if (!root_exists("/sys/module/nvidia"))
		explain_absence(context, findings);
	else if (strcmp(device->facts.driver, "nvidia") != 0)
		explain_refusal(context, intent, findings);
	else
		judge_driven(device, findings);
}

const struct check nvidia_checks[] = {
	{.id = "DRV-NVIDIA-STATE",
		.about = "whether the host's nvidia driver runs the card",
		.run_device = check_nvidia},
	{0},
};
