/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogue of checks, in the order of the report. */
#include "tools/diagnose/check.h"
#include "tools/diagnose/checks/catalogue.h"

static const struct check *const catalogue[] = {
	environment_checks,
	mode_checks,
	iommu_checks,
	iommu_words_checks,
	device_checks,
	memory_checks,
	boot_display_checks,
	group_checks,
	viable_checks,
	driver_checks,
	claim_checks,
	twins_checks,
	module_checks,
	nvidia_checks,
	early_checks,
	boot_checks,
	container_checks,
	container_section_checks,
	container_hooks_checks,
	container_idmap_checks,
	container_nodes_checks,
	container_rules_checks,
	container_inside_checks,
	container_access_checks,
	container_library_checks,
	container_restart_checks,
	vm_checks,
	vm_address_checks,
	vm_mapping_checks,
	vm_machine_checks,
	vm_use_checks,
	vm_memory_checks,
	vm_split_checks,
	vm_refusal_checks,
	libvirt_checks,
	log_checks,
};

const struct check *check_at(size_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(catalogue); i++)
		for (const struct check *check = catalogue[i]; check->id != NULL; check++)
			if (index-- == 0)
				return check;
	return NULL;
}
