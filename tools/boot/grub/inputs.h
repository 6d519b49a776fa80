/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What our section of grub.cfg is made from: the same inputs, the same section. */
#ifndef TOOLS_BOOT_GRUB_INPUTS_H
#define TOOLS_BOOT_GRUB_INPUTS_H

#include <stdbool.h>

/* Whether GRUB can keep the marks that the guard and --once need. */
struct grub_guard {
	bool save;    /* GRUB can write its grubenv: --once works */
	bool on;      /* and a service is there that confirms a boot: the guard works */
	char *reason; /* a clause without a full stop on what is not so; NULL */
};

struct grub_inputs {
	char *words; /* "vfio_early=... intel_iommu=on iommu=pt" */
	struct grub_guard guard;
};

/* Those that a section made now would have, for this value of the flag. */
void grub_inputs_now(struct grub_inputs *inputs, const char *devices);
/* The comment lines at the head of the section; malloc'ed. */
char *grub_inputs_format(const struct grub_inputs *inputs);
/*
 * Reads them back. False if they are not there, or are those of a version of vfio-early
 * that made the section in another way.
 */
bool grub_inputs_parse(const char *section, struct grub_inputs *inputs);
/* Whether a section made from the one would be that of the other. */
bool grub_inputs_same(const struct grub_inputs *a, const struct grub_inputs *b);
void grub_inputs_free(struct grub_inputs *inputs);

#endif
