/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's IOMMU parameters. */
#ifndef TOOLS_IOMMU_H
#define TOOLS_IOMMU_H

#include <stddef.h>

enum iommu {
	IOMMU_UNSAID, /* the command line leaves it as the kernel has it */
	IOMMU_ON,
	IOMMU_OFF,
};

/*
 * The words that this CPU's IOMMU needs beside the flag: "intel_iommu=on iommu=pt" or
 * "iommu=pt"; "" where there is nothing to say. Not to be freed.
 */
const char *iommu_words(void);

/* What a kernel command line says of it; the last word counts. */
enum iommu iommu_in(const char *line, size_t length);

#endif
