/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's IOMMU parameters. */
#ifndef TOOLS_KERNEL_IOMMU_H
#define TOOLS_KERNEL_IOMMU_H

#include "cmdline/cmdline.h"

enum iommu {
	IOMMU_UNSAID, /* the command line leaves it as the kernel has it */
	IOMMU_ON,
	IOMMU_OFF,
};

/* Whose IOMMU this processor has. */
enum iommu_maker {
	IOMMU_OTHER, /* Arm's, or unknown */
	IOMMU_INTEL,
	IOMMU_AMD,
};

enum iommu_maker iommu_maker(void);
/*
 * The words that this CPU's IOMMU needs beside the flag: "intel_iommu=on iommu=pt" or
 * "iommu=pt"; "" where there is nothing to say. Not to be freed.
 */
const char *iommu_words(void);

/*
 * What a kernel command line says of this processor's IOMMU: iommu=off is off, wherever
 * it stands, and so is amd_iommu=off with AMD; of intel_iommu the last word counts. `off`
 * (may be NULL) becomes the word by which it is off.
 */
enum iommu iommu_in(const char *line, struct parameter *off);
/* Whether the parameter turns an IOMMU off, whoever made it. */
bool iommu_is_off_word(const struct parameter *parameter);
/* Whether a parameter's value has an option: it is a list, "intel_iommu=on,sm_on". */
bool iommu_has_option(struct span list, const char *option);

/* Whether the running kernel drives an IOMMU and has made groups. */
bool iommu_is_on(void);
/*
 * The ACPI table by which the firmware describes an IOMMU: DMAR (Intel), IVRS (AMD), IORT
 * (Arm) or VIOT (virtual machines). Its path, malloc'ed; NULL: there is none.
 */
char *iommu_table(void);
/* Whether the firmware tells of an IOMMU. True where there is no ACPI to ask. */
bool iommu_in_firmware(void);

/* Where all that is seen: a directory each. */
#define IOMMU_UNITS "/sys/class/iommu"
#define IOMMU_GROUPS "/sys/kernel/iommu_groups"
#define IOMMU_TABLES "/sys/firmware/acpi/tables"

#endif
