/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels installed here, and what tools/images finds in the image of each. */
#ifndef TOOLS_KERNEL_KERNELS_H
#define TOOLS_KERNEL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

struct kernel {
	char *version; /* as in its file name, "6.1.0-1-amd64" */
	char *image;   /* its initramfs, a path below --root; NULL if it has none */
	/* What kernels_check (tools/images/ready.h) found out: */
	bool ready;   /* the early program is in the image and runs first */
	char *reason; /* a sentence: why it is not ready; NULL if it is */
	bool unfit; /* no generator of ours can make it ready: it has no vfio-pci, or its
		     * image is another program's, which is left alone */
	bool unknown; /* its image may not be read: ready or not, nobody can say */
	char *stale;  /* a sentence: it is ready, but that program is another version than
		       * the installed one; NULL if it is not */
	char *note;   /* a sentence: what else a person should know; may be NULL */
	const char *generator; /* who made the image, "initramfs-tools"; NULL: unknown */
};

struct kernels {
	struct kernel *kernel;
	size_t count; /* newest first */
};

/* Finds the kernels and their images; rescue kernels and backup copies are left out. */
void kernels_find(struct kernels *kernels);

void kernels_free(struct kernels *kernels);

/*
 * Orders two kernel versions: below, 0 or above 0. The rules are those of Debian's
 * "linux-version compare": numbers by value, "-rc" and "-trunk" before everything.
 */
int kernel_version_compare(const char *a, const char *b);

#endif
