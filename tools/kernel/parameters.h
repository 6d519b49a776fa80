/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line of our boot entries: the user's own words, and ours. */
#ifndef TOOLS_KERNEL_PARAMETERS_H
#define TOOLS_KERNEL_PARAMETERS_H

#include "tools/text/lines.h"
#include "tools/text/string.h"

/* GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT, which 10_linux joins. */
struct grub_words {
	char *always;
	char *normal;
	struct lines left_out; /* words of the user that our entries cannot have */
};

/*
 * Puts `ours` ("vfio_early=... intel_iommu=on iommu=pt") behind the user's words, but
 * before a "--", behind which the kernel reads nothing. A word of the user that says the
 * same is not said twice; one that would undo ours is left out.
 */
void grub_words_join(const char *always, const char *normal, const char *ours,
	struct grub_words *words);
void grub_words_free(struct grub_words *words);

#endif
