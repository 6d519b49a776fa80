/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IOMMU: in the firmware, in the kernel, on the command line. */
#include <string.h>

#include "tools/text/string.h"
#include "cmdline/cmdline.h"
#include "tools/kernel/iommu-state.h"
#include "tools/kernel/iommu.h"
#include "tools/kernel/parameters.h"
#include "tools/system/root.h"
#include "tools/diagnose/verdict.h"
#include "tools/text/span.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/log/kernel-log.h"

static const char units[] = IOMMU_UNITS;
static const char groups[] = IOMMU_GROUPS;

static size_t entries(const char *path)
{
	char **names = root_list(path);
	size_t count = 0;

	while (names[count] != NULL)
		count++;
	root_list_free(names);
	return count;
}

VERDICT table_there = {CHECK_PASS, "the firmware describes an IOMMU"};
VERDICT table_missed = {
	CHECK_PASS, "an IOMMU runs, although no ACPI table describes one"};
VERDICT table_missing = {CHECK_FAIL, "the firmware describes no IOMMU",
	"turn on the IOMMU in the firmware setup: VT-d on Intel, AMD-Vi or IOMMU "
	"on AMD, often below the chipset's or processor's advanced settings",
	.reboot = true, .for_vm = true};

/* Where the firmware is not the one to ask. */
VERDICT table_elsewhere = {CHECK_SKIP, "{1}, see IOMMU-ACTIVE"};

static void check_table(const struct context *context, struct findings *findings)
{
	CLEANUP_FREE char *table = iommu_table();
	enum iommu_state state = iommu_state(context->cmdline);

	if (state == IOMMU_IS_XENS || state == IOMMU_NO_BOARDS ||
		state == IOMMU_NO_GUESTS || state == IOMMU_NO_VTD) {
		verdict_row(findings, &table_elsewhere, iommu_state_text(state), NULL);
	} else if (table != NULL) {
		verdict_row(findings, &table_there, NULL);
		finding_evidence(findings, table, "present");
	} else if (iommu_is_on()) {
		verdict_row(findings, &table_missed, NULL);
		finding_evidence(findings, units, "%zu units", entries(units));
	} else {
		verdict_row(findings, &table_missing, NULL);
		finding_evidence(findings, IOMMU_TABLES, "neither DMAR nor IVRS");
	}
}

VERDICT active = {CHECK_PASS, "the IOMMU is running"};
VERDICT not_there = {CHECK_FAIL, "the IOMMU is not running: {1}", "{2}", .reboot = true,
	.for_vm = true};
VERDICT word_missing = {CHECK_FAIL, "the IOMMU is not running: {1}",
	"this kernel wants it on its command line ({3}): the boot entry of vfio-early has it",
	"vfio-early enable\nreboot", .reboot = true, .for_vm = true};
VERDICT not_known = {CHECK_FAIL,
	"the IOMMU is not running: this kernel does not know {1}, so it was built without "
	"a driver for this IOMMU",
	"boot a kernel that has one, such as the distribution's own", .reboot = true,
	.for_vm = true};
VERDICT after_reboot = {
	CHECK_SKIP, "the IOMMU is not running yet, and the next boot turns it on"};

/* Whether the next boot, as it is set up, has the word that this one lacks. */
static bool comes_with_next(const struct context *context)
{
	const struct boot_state *boot = &context->boot;

	return boot->next == NEXT_PASSTHROUGH && boot->parameters != NULL &&
	       iommu_in(boot->parameters, NULL) == IOMMU_ON;
}

static const struct verdict *judge_state(
	const struct context *context, enum iommu_state state, const char **word)
{
	struct parameter parameter;

	if (state == IOMMU_RUNS)
		return &active;
	if ((state == IOMMU_NOT_ASKED || state == IOMMU_TURNED_OFF) &&
		comes_with_next(context))
		return &after_reboot;
	if (state == IOMMU_NOT_ASKED)
		return &word_missing;
	if (state == IOMMU_NOT_STARTED &&
		parameters_find(context->cmdline, "intel_iommu", &parameter) &&
		log_unknown_parameter(context->log, "intel_iommu") != NULL) {
		*word = "intel_iommu";
		return &not_known;
	}
	return &not_there;
}

static void check_active(const struct context *context, struct findings *findings)
{
	enum iommu_state state = iommu_state(context->cmdline);
	CLEANUP_FREE char *processor = iommu_processor();
	const char *text = iommu_state_text(state);
	const struct verdict *verdict = judge_state(context, state, &text);

	verdict_row(
		findings, verdict, text, iommu_state_remedy(state), iommu_words(), NULL);
	finding_evidence(findings, units, "%zu units", entries(units));
	finding_evidence(findings, groups, "%zu groups", entries(groups));
	if (state == IOMMU_TURNED_OFF || verdict == &not_known)
		finding_evidence(findings, "/proc/cmdline", "%s", context->cmdline);
	if (state == IOMMU_NO_VTD)
		finding_evidence(findings, "/proc/cpuinfo", "%s", processor);
}

VERDICT not_asked = {CHECK_SKIP, "the IOMMU is not running"};
VERDICT remapped = {CHECK_PASS, "interrupts are remapped"};
VERDICT unsafe = {CHECK_WARN,
	"interrupts are not remapped, and VFIO was told to go on without: a guest "
	"can disturb the host",
	"turn on interrupt remapping in the firmware setup, or update it, and take "
	"allow_unsafe_interrupts away; only trusted guests until then",
	.reboot = true};
VERDICT not_remapped = {CHECK_FAIL,
	"interrupts are not remapped: VFIO refuses to give a device away",
	"turn on interrupt remapping (or x2APIC) in the firmware setup, or update "
	"it; take intremap=off or nointremap from the kernel command line",
	.reboot = true, .for_vm = true};
VERDICT remapping_unknown = {
	CHECK_UNKNOWN, "nothing says whether interrupts are remapped"};

static void check_remapping(const struct context *context, struct findings *findings)
{
	static const char allow[] =
		"/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
	static const char path[] = "/proc/interrupts";
	CLEANUP_FREE char *allowed = root_read_word(allow);
	CLEANUP_FREE char *lines = root_read_word(path);
	const struct log_record *record =
		log_find(context->log, NULL, "DMAR-IR: Enabled IRQ remapping");

	if (record == NULL)
		record = log_find(
			context->log, NULL, "AMD-Vi: Interrupt remapping enabled");
	if (!iommu_is_on()) {
		verdict_row(findings, &not_asked, NULL);
	} else if (lines != NULL && strstr(lines, " IR-") != NULL) {
		verdict_row(findings, &remapped, NULL);
		finding_evidence(findings, path, "IR- controllers");
	} else if (record != NULL) {
		verdict_row(findings, &remapped, NULL);
		finding_evidence(findings, context->log->source, "%s", record->text);
	} else if (allowed != NULL && (allowed[0] == 'Y' || allowed[0] == '1')) {
		verdict_row(findings, &unsafe, NULL);
		finding_evidence(findings, allow, "%s", allowed);
	} else if (lines != NULL && (strstr(lines, "PCI-MSI") != NULL ||
					    strstr(lines, "IO-APIC") != NULL)) {
		verdict_row(findings, &not_remapped, NULL);
		finding_evidence(findings, path, "controllers without IR-");
	} else {
		verdict_row(findings, &remapping_unknown, NULL);
		finding_evidence(findings, path, "%s",
			lines != NULL ? "controllers of another kind" : "not readable");
	}
}

const struct check iommu_checks[] = {
	{.id = "IOMMU-TABLE",
		.about = "whether the firmware describes an IOMMU",
		.run = check_table},
	{.id = "IOMMU-ACTIVE",
		.about = "whether the IOMMU runs and makes groups",
		.run = check_active},
	{.id = "IOMMU-IR",
		.about = "whether interrupts are remapped, which VFIO wants",
		.run = check_remapping},
	{0},
};
