/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IOMMU: in the firmware, in the kernel, on the command line. */
#include <string.h>

#include "tools/text/string.h"
#include "cmdline/cmdline.h"
#include "tools/kernel/iommu.h"
#include "tools/system/root.h"
#include "tools/diagnose/remedy.h"
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

static void check_table(const struct context *context, struct findings *findings)
{
	CLEANUP_FREE char *table = iommu_table();

	(void)context;
	if (table != NULL) {
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

/* The last parameter of this name. */
static bool find_parameter(
	const struct context *context, const char *name, struct parameter *found)
{
	struct cmdline cmdline = cmdline_read(context->cmdline, strlen(context->cmdline));
	struct parameter parameter;
	bool is_there = false;

	while (cmdline_next(&cmdline, &parameter))
		if (parameter_is(&parameter, name)) {
			*found = parameter;
			is_there = true;
		}
	return is_there;
}

static const char not_running[] = "the IOMMU is not running";
VERDICT active = {CHECK_PASS, "the IOMMU is running"};
VERDICT off_in_firmware = {CHECK_FAIL, not_running,
	"turn it on in the firmware setup first: VT-d on Intel, AMD-Vi or IOMMU on "
	"AMD",
	.reboot = true, .for_vm = true};
VERDICT off_by_word = {CHECK_FAIL, not_running,
	"take the word that turns it off from the kernel command line", .reboot = true,
	.for_vm = true};
VERDICT word_missing = {CHECK_FAIL, not_running,
	"this kernel wants it on its command line ({1}): the boot entry of "
	"vfio-early has it",
	"vfio-early enable\nreboot", .reboot = true, .for_vm = true};

static void check_active(const struct context *context, struct findings *findings)
{
	CLEANUP_FREE char *table = iommu_table();
	const char *words = iommu_words()[0] != '\0' ? iommu_words() : "iommu=pt";
	const struct verdict *verdict = &word_missing;

	if (iommu_is_on())
		verdict = &active;
	else if (table == NULL)
		verdict = &off_in_firmware;
	else if (iommu_in(context->cmdline, strlen(context->cmdline)) == IOMMU_OFF)
		verdict = &off_by_word;
	verdict_row(findings, verdict, words, NULL);
	finding_evidence(findings, units, "%zu units", entries(units));
	finding_evidence(findings, groups, "%zu groups", entries(groups));
	if (verdict == &off_by_word)
		finding_evidence(findings, "/proc/cmdline", "%s", context->cmdline);
}

VERDICT not_asked = {CHECK_SKIP, not_running};
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

VERDICT contradicts = {CHECK_WARN,
	"the kernel command line contradicts itself about the IOMMU, which runs "
	"nevertheless",
	"take {1}=off from the kernel command line", .reboot = true};
VERDICT turned_off = {CHECK_FAIL, "the kernel command line turns the IOMMU off",
	"take {1}=off from the kernel command line{2}", .reboot = true, .for_vm = true};
VERDICT no_option = {CHECK_INFO,
	"amd_iommu=on is no option of the kernel: it does nothing",
	"nothing needs to be done: the AMD IOMMU is on by itself; the word may go"};
VERDICT words_well = {
	CHECK_PASS, "nothing on the kernel command line is against the IOMMU"};

static void check_cmdline(const struct context *context, struct findings *findings)
{
	static const char *const names[] = {"intel_iommu", "amd_iommu", "iommu"};
	CLEANUP_FREE char *how = NULL;
	struct parameter word;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!find_parameter(context, names[i], &word) ||
			!span_starts(word.value, "off"))
			continue;
		how = remedy_cmdline_place(context);
		verdict_row(findings, iommu_is_on() ? &contradicts : &turned_off,
			names[i], how, NULL);
		finding_evidence(findings, "/proc/cmdline", "%.*s", (int)word.word.length,
			word.word.text);
		return;
	}
	if (find_parameter(context, "amd_iommu", &word) && span_is(word.value, "on")) {
		verdict_row(findings, &no_option, NULL);
		finding_evidence(findings, "/proc/cmdline", "amd_iommu=on");
		return;
	}
	verdict_row(findings, &words_well, NULL);
	finding_evidence(findings, "/proc/cmdline", "%s", context->cmdline);
}

VERDICT groups_true = {CHECK_PASS, "the IOMMU groups are what the hardware gives"};
VERDICT groups_forced = {CHECK_WARN,
	"pcie_acs_override splits IOMMU groups that the hardware does not isolate: "
	"a guest may reach other devices' memory",
	"put the card into a slot with a group of its own and take the word away; "
	"nothing needs to be done where every guest is trusted",
	.reboot = true};

static void check_acs(const struct context *context, struct findings *findings)
{
	struct parameter word;
	bool forced = find_parameter(context, "pcie_acs_override", &word);

	verdict_row(findings, forced ? &groups_forced : &groups_true, NULL);
	if (forced)
		finding_evidence(findings, "/proc/cmdline", "%.*s", (int)word.word.length,
			word.word.text);
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
	{.id = "IOMMU-CMDLINE",
		.about = "words about the IOMMU on the kernel command line",
		.run = check_cmdline},
	{.id = "IOMMU-ACS-OVERRIDE",
		.about = "whether IOMMU groups are split by force",
		.run = check_acs},
	{0},
};
