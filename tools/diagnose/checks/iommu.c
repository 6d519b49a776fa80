/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IOMMU: in the firmware, in the kernel, on the command line. */
#include <string.h>

#include "cmdline/cmdline.h"
#include "tools/kernel/iommu.h"
#include "tools/system/root.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/log/kernel-log.h"

static const char tables[] = "/sys/firmware/acpi/tables/";
static const char units[] = "/sys/class/iommu";
static const char groups[] = "/sys/kernel/iommu_groups";

static size_t entries(const char *path)
{
	char **names = root_list(path);
	size_t count = 0;

	while (names[count] != NULL)
		count++;
	root_list_free(names);
	return count;
}

static bool is_active(void)
{
	return entries(units) > 0 && entries(groups) > 0;
}

/* Without a wish for a VM the IOMMU is none of the user's worries. */
static enum check_status bad(const struct context *context)
{
	return context_wants(context, WANT_VM) ? CHECK_FAIL : CHECK_INFO;
}

/* The table by which the firmware describes its IOMMU; NULL if there is none. */
static const char *firmware_table(void)
{
	static const char *const names[] = {"DMAR", "IVRS", "IORT", "VIOT"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP_FREE char *path = format_text("%s%s", tables, names[i]);

		if (root_exists(path))
			return names[i];
	}
	return NULL;
}

static void check_table(const struct context *context, struct findings *findings)
{
	const char *table = firmware_table();

	if (table != NULL) {
		CLEANUP_FREE char *path = format_text("%s%s", tables, table);

		finding(findings, CHECK_PASS, "the firmware describes an IOMMU");
		finding_evidence(findings, path, "present");
		return;
	}
	if (is_active()) {
		finding(findings, CHECK_PASS,
			"an IOMMU runs, although no ACPI table describes one");
		finding_evidence(findings, units, "%zu units", entries(units));
		return;
	}
	finding(findings, bad(context), "the firmware describes no IOMMU");
	finding_evidence(findings, "/sys/firmware/acpi/tables", "neither DMAR nor IVRS");
	finding_remedy(findings,
		"turn on the IOMMU in the firmware setup: VT-d on Intel, AMD-Vi or IOMMU "
		"on AMD, often below the chipset's or processor's advanced settings");
	finding_needs_reboot(findings);
}

/* The last parameter of this name; its value in `*value`. */
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

static void check_active(const struct context *context, struct findings *findings)
{
	if (is_active()) {
		finding(findings, CHECK_PASS, "the IOMMU is running");
		finding_evidence(findings, units, "%zu units", entries(units));
		finding_evidence(findings, groups, "%zu groups", entries(groups));
		return;
	}
	finding(findings, bad(context), "the IOMMU is not running");
	finding_evidence(findings, units, "%zu units", entries(units));
	finding_evidence(findings, groups, "%zu groups", entries(groups));
	if (firmware_table() == NULL) {
		finding_remedy(findings,
			"turn it on in the firmware setup first: VT-d on "
			"Intel, AMD-Vi or IOMMU on AMD");
	} else if (iommu_in(context->cmdline, strlen(context->cmdline)) == IOMMU_OFF) {
		finding_evidence(findings, "/proc/cmdline", "%s", context->cmdline);
		finding_remedy(findings,
			"take the word that turns it off from the kernel "
			"command line");
	} else {
		finding_remedy(findings,
			"this kernel wants it on its command line (%s): the boot entry of "
			"vfio-early has it",
			iommu_words()[0] != '\0' ? iommu_words() : "iommu=pt");
		finding_command(findings, "vfio-early enable");
		finding_command(findings, "reboot");
	}
	finding_needs_reboot(findings);
}

static void check_remapping(const struct context *context, struct findings *findings)
{
	static const char unsafe[] =
		"/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
	CLEANUP_FREE char *allowed = root_read_word(unsafe);
	CLEANUP_FREE char *interrupts = NULL;
	const struct log_record *record;

	if (!is_active()) {
		finding(findings, CHECK_SKIP, "the IOMMU is not running");
		return;
	}
	if (root_read("/proc/interrupts", &interrupts, NULL) == 0 &&
		strstr(interrupts, " IR-") != NULL) {
		finding(findings, CHECK_PASS, "interrupts are remapped");
		finding_evidence(findings, "/proc/interrupts", "IR- controllers");
		return;
	}
	record = log_find(context->log, NULL, "DMAR-IR: Enabled IRQ remapping");
	if (record == NULL)
		record = log_find(
			context->log, NULL, "AMD-Vi: Interrupt remapping enabled");
	if (record != NULL) {
		finding(findings, CHECK_PASS, "interrupts are remapped");
		finding_evidence(findings, context->log->source, "%s", record->text);
		return;
	}
	if (allowed != NULL && (allowed[0] == 'Y' || allowed[0] == '1')) {
		finding(findings, CHECK_WARN,
			"interrupts are not remapped, and VFIO was told to go on without: "
			"a guest can disturb the host");
		finding_evidence(findings, unsafe, "%s", allowed);
		finding_remedy(findings,
			"turn on interrupt remapping in the firmware setup, or update it, "
			"and take allow_unsafe_interrupts away; only trusted guests until "
			"then");
		finding_needs_reboot(findings);
		return;
	}
	if (interrupts != NULL && (strstr(interrupts, "PCI-MSI") != NULL ||
					  strstr(interrupts, "IO-APIC") != NULL)) {
		finding(findings, bad(context),
			"interrupts are not remapped: VFIO refuses to give a device away");
		finding_evidence(findings, "/proc/interrupts", "controllers without IR-");
		finding_remedy(findings,
			"turn on interrupt remapping (or x2APIC) in the firmware setup, or "
			"update it; take intremap=off or nointremap from the kernel "
			"command line");
		finding_needs_reboot(findings);
		return;
	}
	finding(findings, CHECK_UNKNOWN, "nothing says whether interrupts are remapped");
	finding_evidence(findings, "/proc/interrupts", "%s",
		interrupts != NULL ? "controllers of another kind" : "not readable");
}

/* A word about the other maker's IOMMU, or one that is no option at all. */
static void check_odd_words(const struct context *context, struct findings *findings)
{
	struct parameter parameter;

	if (find_parameter(context, "amd_iommu", &parameter) &&
		span_is(parameter.value, "on")) {
		finding(findings, CHECK_INFO,
			"amd_iommu=on is no option of the kernel: it does nothing");
		finding_evidence(findings, "/proc/cmdline", "amd_iommu=on");
		finding_remedy(findings,
			"nothing needs to be done: the AMD IOMMU is on by itself; the word "
			"may go");
		return;
	}
	finding(findings, CHECK_PASS,
		"nothing on the kernel command line is against the IOMMU");
	finding_evidence(findings, "/proc/cmdline", "%s", context->cmdline);
}

static void check_cmdline(const struct context *context, struct findings *findings)
{
	static const char *const names[] = {"intel_iommu", "amd_iommu", "iommu"};
	struct parameter parameter;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!find_parameter(context, names[i], &parameter) ||
			parameter.value.length < 3 ||
			strncmp(parameter.value.text, "off", 3) != 0)
			continue;
		if (is_active()) {
			finding(findings, CHECK_WARN,
				"the kernel command line contradicts itself about the "
				"IOMMU, which runs nevertheless");
			finding_remedy(findings,
				"take %s=off from the kernel command line", names[i]);
		} else {
			finding(findings, bad(context),
				"the kernel command line turns the IOMMU off");
			finding_remedy(findings,
				"take %s=off from the kernel command line "
				"(GRUB_CMDLINE_LINUX in /etc/default/grub, then "
				"update-grub)",
				names[i]);
		}
		finding_evidence(findings, "/proc/cmdline", "%.*s",
			(int)parameter.word.length, parameter.word.text);
		finding_needs_reboot(findings);
		return;
	}
	check_odd_words(context, findings);
}

static void check_acs(const struct context *context, struct findings *findings)
{
	struct parameter parameter;

	if (!find_parameter(context, "pcie_acs_override", &parameter)) {
		finding(findings, CHECK_PASS,
			"the IOMMU groups are what the hardware "
			"gives");
		return;
	}
	finding(findings, CHECK_WARN,
		"pcie_acs_override splits IOMMU groups that the hardware does not isolate: "
		"a guest may reach other devices' memory");
	finding_evidence(findings, "/proc/cmdline", "%.*s", (int)parameter.word.length,
		parameter.word.text);
	finding_remedy(findings,
		"put the card into a slot with a group of its own and take the word away; "
		"nothing needs to be done where every guest is trusted");
	finding_needs_reboot(findings);
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
