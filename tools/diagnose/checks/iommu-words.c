/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel command line says of the IOMMU and its groups, and what came of it. */
#include <string.h>

#include "tools/diagnose/context.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/remedy.h"
#include "tools/diagnose/verdict.h"
#include "tools/kernel/iommu.h"
#include "tools/kernel/parameters.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

VERDICT contradicts = {CHECK_WARN,
	"the kernel command line contradicts itself about the IOMMU, which runs "
	"nevertheless",
	"take {1}=off from the kernel command line", .reboot = true};
VERDICT turned_off = {CHECK_FAIL, "the kernel command line turns the IOMMU off",
	"take {1}=off from the kernel command line{2}", .reboot = true, .for_vm = true};
VERDICT no_option = {CHECK_INFO,
	"amd_iommu=on is no option of the kernel: it does nothing",
	"nothing needs to be done: the AMD IOMMU is on by itself; the word may go"};
VERDICT other_maker = {CHECK_INFO,
	"{1} is for processors of another maker: here it does nothing",
	"nothing needs to be done; the word may go"};
VERDICT words_well = {
	CHECK_PASS, "nothing on the kernel command line is against the IOMMU"};

/* Whether the parameter is for the IOMMU of the other maker: "intel_iommu" with AMD. */
static bool is_of_another_maker(const char *name)
{
	enum iommu_maker maker = iommu_maker();

	return (maker == IOMMU_INTEL && strcmp(name, "amd_iommu") == 0) ||
	       (maker == IOMMU_AMD && strcmp(name, "intel_iommu") == 0);
}

/* What a parameter is that says something; NULL: nothing to say. */
static const struct verdict *judge_word(const char *name, const struct parameter *word)
{
	if (is_of_another_maker(name))
		return &other_maker;
	if (iommu_has_option(word->value, "off"))
		return iommu_is_on() ? &contradicts : &turned_off;
	if (strcmp(name, "amd_iommu") == 0 && span_is(word->value, "on"))
		return &no_option;
	return NULL;
}

/* The word with this name that counts: of several that one by which the IOMMU is off. */
static bool find_word(const char *cmdline, const char *name, struct parameter *word)
{
	if (iommu_in(cmdline, word) == IOMMU_OFF && parameter_is(word, name))
		return true;
	return parameters_find(cmdline, name, word);
}

static void check_cmdline(const struct context *context, struct findings *findings)
{
	static const char *const names[] = {"intel_iommu", "amd_iommu", "iommu"};
	CLEANUP_FREE char *how = remedy_cmdline_place(context);
	const struct verdict *worst = NULL, *verdict;
	struct parameter word, of_worst = {0};
	const char *name = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!find_word(context->cmdline, names[i], &word) ||
			(verdict = judge_word(names[i], &word)) == NULL ||
			(worst != NULL && verdict->status <= worst->status))
			continue;
		worst = verdict;
		of_worst = word;
		name = names[i];
	}
	if (worst == NULL) {
		verdict_row(findings, &words_well, NULL);
		finding_evidence(findings, "/proc/cmdline", "%s", context->cmdline);
		return;
	}
	verdict_row(findings, worst, name, how, NULL);
	finding_evidence(findings, "/proc/cmdline", "%.*s", SPAN(of_worst.word));
}

VERDICT groups_true = {CHECK_PASS, "the IOMMU groups are what the hardware gives"};
VERDICT groups_forced = {CHECK_WARN,
	"pcie_acs_override splits IOMMU groups that the hardware does not isolate: "
	"a guest may reach other devices' memory",
	"put the card into a slot with a group of its own and take the word away; "
	"nothing needs to be done where every guest is trusted",
	.reboot = true};
VERDICT groups_as_without = {CHECK_WARN,
	"pcie_acs_override is on the kernel command line, and this kernel does not know "
	"it: the IOMMU groups are as the hardware gives them",
	"boot a kernel that has the ACS override patch, as Proxmox's, Zen's and CachyOS's "
	"have, or take the word away, which does nothing",
	.reboot = true};
VERDICT override_unseen = {CHECK_UNKNOWN,
	"pcie_acs_override is on the kernel command line, and the kernel log no longer says "
	"whether this kernel knows it",
	"look at the IOMMU groups themselves, or into the log right after a boot",
	"dmesg | grep -i -e acs -e 'Unknown kernel'"};

static void check_acs(const struct context *context, struct findings *findings)
{
	static const char name[] = "pcie_acs_override";
	const struct log *log = context->log;
	const struct log_record *unknown = log_unknown_parameter(log, name);
	const struct log_record *known = log_find(log, NULL, "ACS overrides enabled");
	const struct verdict *verdict = &groups_true;
	struct parameter word;

	if (parameters_find(context->cmdline, name, &word))
		verdict = unknown != NULL		   ? &groups_as_without
			  : known != NULL || log->complete ? &groups_forced
							   : &override_unseen;
	verdict_row(findings, verdict, NULL);
	if (verdict != &groups_true)
		finding_evidence(findings, "/proc/cmdline", "%.*s", SPAN(word.word));
	if (verdict == &groups_as_without)
		finding_evidence(findings, log->source, "%s", unknown->text);
}

const struct check iommu_words_checks[] = {
	{.id = "IOMMU-CMDLINE",
		.about = "words about the IOMMU on the kernel command line",
		.run = check_cmdline},
	{.id = "IOMMU-ACS-OVERRIDE",
		.about = "whether IOMMU groups are split by force",
		.run = check_acs},
	{0},
};
