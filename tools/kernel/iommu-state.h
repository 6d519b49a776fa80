/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether devices can be given away on this machine, and if not, why: one judgement. */
#ifndef TOOLS_KERNEL_IOMMU_STATE_H
#define TOOLS_KERNEL_IOMMU_STATE_H

#include <stdbool.h>

enum iommu_state {
	IOMMU_RUNS,
	IOMMU_IS_XENS,	   /* dom0: the hypervisor has it, and VFIO does not work */
	IOMMU_NO_BOARDS,   /* a device tree, and none in it for PCI */
	IOMMU_NO_GUESTS,   /* this machine is a virtual one without */
	IOMMU_NO_VTD,	   /* an Intel processor that was made without */
	IOMMU_NOT_TOLD,	   /* the firmware tells of none */
	IOMMU_TURNED_OFF,  /* by the kernel command line */
	IOMMU_NOT_ASKED,   /* the kernel waits for intel_iommu=on */
	IOMMU_NOT_STARTED, /* it is there, nothing is against it, and it does not run */
};

/* Whether a device tree describes this machine, and no ACPI. */
bool iommu_is_board(void);
/* `cmdline` is the running kernel's. */
enum iommu_state iommu_state(const char *cmdline);
/* Whether a boot with the right words may change it; not so where hardware, firmware or a
 * hypervisor would have to. */
bool iommu_may_run(enum iommu_state state);
/* A sentence without a full stop, and what to do about it. Not to be freed. */
const char *iommu_state_text(enum iommu_state state);
const char *iommu_state_remedy(enum iommu_state state);
/* What /proc/cpuinfo calls the processor, malloc'ed; "" if it does not. */
char *iommu_processor(void);

#endif
