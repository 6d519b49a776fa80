/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels installed here, and what tools/images finds in the image of each. */
#ifndef TOOLS_KERNEL_KERNELS_H
#define TOOLS_KERNEL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

/* What brings the early program into a boot. */
enum carrier {
	CARRIER_IMAGE,	/* the kernel's initramfs image */
	CARRIER_BEHIND, /* our archive, loaded behind that: it adds files (universal.h) */
	CARRIER_IN_FRONT, /* our archive, loaded in front of it, with rdinit= */
};

struct kernel {
	char *version; /* as in its file name, "6.1.0-1-amd64" */
	char *image;   /* its initramfs, a path below --root; NULL if it has none */
	/* What kernels_check (tools/images/ready.h) found out: */
	bool ready;	      /* the early program is in what is loaded, and runs first */
	char *reason;	      /* a sentence: why it is not ready; NULL if it is */
	enum carrier carrier; /* if it is ready: by what */
	enum carrier joint; /* where our archive would have to stand; CARRIER_IMAGE: it is
			     * no help, since the image is damaged or has no init */
	bool others;  /* its image is another program's, which is left alone: only our
		       * archive can make it ready */
	bool unfit;   /* nothing can make it ready: it has no vfio-pci, or its image is
		       * another program's, and damaged */
	bool unknown; /* its image may not be read: ready or not, nobody can say */
	char *stale;  /* a sentence: it is ready, but that program is another version than
		       * the installed one; NULL if it is not */
	char *note;   /* a sentence: what else a person should know; may be NULL */
	char *lack;   /* a sentence: what its image alone lacks, if it is ready by our
		       * archive; NULL otherwise */
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
