/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line of our boot entries: the user's own parameters, and ours. */
#ifndef TOOLS_KERNEL_PARAMETERS_H
#define TOOLS_KERNEL_PARAMETERS_H

#include "cmdline/cmdline.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"

/*
 * The parameters of a passthrough boot: the flag with this value, and those that the
 * IOMMU of this CPU needs. malloc'ed.
 */
char *passthrough_parameters(const char *value);

/* The last parameter of this name on a kernel command line. */
bool parameters_find(const char *line, const char *name, struct parameter *found);

/* A command line in two parts, as GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT,
 * which 10_linux joins. */
struct joined_parameters {
	char *always;
	char *normal;
	struct lines left_out; /* parameters of the user that our entries cannot have */
};

/*
 * Puts `ours` ("vfio_early=... intel_iommu=on iommu=pt") behind the user's, but
 * before a "--", behind which the kernel reads nothing. A parameter of the user that
 * says the same is not said twice; one that would undo ours is left out.
 */
void parameters_join(const char *always, const char *normal, const char *ours,
	struct joined_parameters *joined);
void joined_parameters_free(struct joined_parameters *joined);

/*
 * The parameter by which somebody asked this boot to stop before the system is up,
 * "single" or "init=/bin/sh"; malloc'ed, NULL: none does.
 */
char *parameters_stop(const char *line);

#endif
