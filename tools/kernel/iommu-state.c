/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/kernel/iommu-state.h"
#include "tools/kernel/iommu.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

/* The value behind the first "NAME :" of /proc/cpuinfo. malloc'ed, "" if it is not there.
 */
static char *cpuinfo(const char *name)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, line, key;

	if (root_read("/proc/cpuinfo", &text, NULL) < 0)
		return copy_text("");
	rest = span_of(text);
	while (span_line(&rest, &line))
		if (span_piece(&line, ':', &key) && span_is(span_trim(key), name))
			return span_copy(span_trim(line));
	return copy_text("");
}

char *iommu_processor(void)
{
	return cpuinfo("model name");
}

/* "control_d" is what the privileged domain has (drivers/xen/xenfs). */
static bool is_xen_dom0(void)
{
	CLEANUP_FREE char *capabilities = root_read_word("/proc/xen/capabilities");

	return capabilities != NULL && strstr(capabilities, "control_d") != NULL;
}

/* Every hypervisor says in CPUID that there is one. */
static bool is_guest(void)
{
	CLEANUP_FREE char *flags = cpuinfo("flags");
	struct span rest = span_of(flags), word;

	while (span_word(&rest, &word))
		if (span_is(word, "hypervisor"))
			return true;
	return false;
}

bool iommu_is_board(void)
{
	return root_exists("/sys/firmware/devicetree/base") && !root_exists(IOMMU_TABLES);
}

/*
 * Processors that Intel sold without VT-d although their generation has it (by Intel's
 * own product pages): the K models of the second to the fourth Core, and the Core i3,
 * Pentium and Celeron of that time.
 */
static bool has_no_vtd(const char *model)
{
	static const char *const names[] = {"i5-2500K", "i5-2550K", "i7-2600K",
		"i7-2700K", "i5-3570K", "i7-3770K", "i5-4670K", "i7-4770K", "i3-2",
		"i3-3", "Pentium(R) CPU G2", "Pentium(R) CPU G3", "Pentium(R) CPU G6",
		"Pentium(R) CPU G8", "Celeron(R) CPU G1", "Celeron(R) CPU G4",
		"Celeron(R) CPU G5"};
	static const char *const with_it[] = {"i3-2310E", "i3-2340UE", "i3-3115C"};

	for (size_t i = 0; i < ARRAY_SIZE(with_it); i++)
		if (strstr(model, with_it[i]) != NULL)
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strstr(model, names[i]) != NULL)
			return true;
	return false;
}

/* No table describes an IOMMU: why not? */
static enum iommu_state why_not_told(void)
{
	CLEANUP_FREE char *model = iommu_processor();

	if (is_guest())
		return IOMMU_NO_GUESTS;
	return has_no_vtd(model) ? IOMMU_NO_VTD : IOMMU_NOT_TOLD;
}

enum iommu_state iommu_state(const char *cmdline)
{
	enum iommu said = iommu_in(cmdline, NULL);

	if (is_xen_dom0())
		return IOMMU_IS_XENS;
	if (iommu_is_on())
		return IOMMU_RUNS;
	if (iommu_is_board())
		return IOMMU_NO_BOARDS;
	if (!iommu_in_firmware())
		return why_not_told();
	if (said == IOMMU_OFF)
		return IOMMU_TURNED_OFF;
	if (said == IOMMU_ON || iommu_maker() != IOMMU_INTEL)
		return IOMMU_NOT_STARTED;
	return IOMMU_NOT_ASKED;
}

bool iommu_may_run(enum iommu_state state)
{
	return state == IOMMU_RUNS || state >= IOMMU_TURNED_OFF;
}

static const struct {
	const char *text, *remedy;
} states[] = {
	[IOMMU_RUNS] = {"the IOMMU is running", ""},
	[IOMMU_IS_XENS] = {"this is Xen's dom0, where VFIO cannot work: the IOMMU is Xen's",
		"give devices to guests with Xen's own means (xl pci-assignable-add), or "
		"boot the kernel without Xen"},
	[IOMMU_NO_BOARDS] = {"this board's device tree has no IOMMU for its PCI host bridge",
		"nothing can be turned on: it takes a board whose PCI host bridge has one"},
	[IOMMU_NO_GUESTS] = {"this machine is itself a virtual one, without an IOMMU",
		"give it one (QEMU: -device intel-iommu,intremap=on; libvirt: <iommu "
		"model='intel'>)"},
	[IOMMU_NO_VTD] = {"this processor was made without VT-d: there is no IOMMU",
		"no setting helps: it takes another processor"},
	[IOMMU_NOT_TOLD] =
		{"the firmware tells of no IOMMU (there is no ACPI table DMAR or "
		 "IVRS)",
			"turn on VT-d (Intel) or AMD-Vi, also called IOMMU (AMD), in the "
			"firmware's setup"},
	[IOMMU_TURNED_OFF] = {"the kernel command line turns the IOMMU off",
		"take the word that turns it off from the kernel command line"},
	[IOMMU_NOT_ASKED] = {"the IOMMU is there, and off in the running system: this "
			     "kernel wants intel_iommu=on",
		"the boot entry of vfio-early has the word"},
	[IOMMU_NOT_STARTED] = {"the IOMMU is there, and the kernel did not start it",
		"the kernel log says why: see what it says of DMAR or AMD-Vi "
		"(LOG-SIGNATURES); a newer firmware often helps"},
};

const char *iommu_state_text(enum iommu_state state)
{
	return states[state].text;
}

const char *iommu_state_remedy(enum iommu_state state)
{
	return states[state].remedy;
}
