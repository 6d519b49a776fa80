/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module vfio-pci. */
#include "tools/text/string.h"
#include "tools/kernel/modules.h"
#include "tools/system/root.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"

VERDICT not_needed = {
	CHECK_SKIP, "no card is wanted in a VM, and nothing else needs vfio-pci"};
VERDICT there = {CHECK_PASS, "vfio-pci is there"};
VERDICT can_be_loaded = {
	CHECK_PASS, "vfio-pci is not loaded yet, and will be when it is needed"};
VERDICT not_known = {CHECK_UNKNOWN, "this kernel's list of modules cannot be read"};
VERDICT missing = {CHECK_FAIL, "this kernel has no vfio-pci",
	"install a kernel with VFIO (CONFIG_VFIO_PCI), or the package with this kernel's "
	"further modules",
	.reboot = true};

static const struct verdict *judge_module(enum module_place place)
{
	switch (place) {
	case MODULE_FILE:
	case MODULE_BUILT_IN:
		return &can_be_loaded;
	case MODULE_UNKNOWN:
		return &not_known;
	case MODULE_ABSENT:
		break;
	}
	return &missing;
}

static void check_vfio(const struct context *context, struct findings *findings)
{
	static const char driver[] = "/sys/bus/pci/drivers/vfio-pci";
	CLEANUP_FREE char *version = modules_running();
	CLEANUP_FREE char *directory = modules_directory(version);
	CLEANUP_FREE char *module = NULL;
	const struct verdict *verdict;

	if (!context_wants(context, WANT_VM)) {
		verdict_row(findings, &not_needed, NULL);
		return;
	}
	if (root_exists(driver)) {
		verdict_row(findings, &there, NULL);
		finding_evidence(findings, driver, "present");
		return;
	}
	verdict = judge_module(module_find(version, "vfio-pci", &module));
	verdict_row(findings, verdict, NULL);
	if (verdict == &missing)
		finding_evidence(findings, driver, "absent");
	finding_evidence(findings, directory, "%s",
		module != NULL		? module
		: verdict == &not_known ? "no modules.dep"
					: "no vfio-pci.ko");
}

const struct check module_checks[] = {
	{.id = "DRV-VFIO", .about = "whether the kernel has vfio-pci", .run = check_vfio},
	{0},
};
