/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a kernel's image, or our archive beside it, has the early program, and it runs
 * first. */
#ifndef TOOLS_IMAGES_READY_H
#define TOOLS_IMAGES_READY_H

#include "tools/kernel/kernels.h"

/* How far to look into an image; the end is reached only where it must be. */
enum depth {
	DEPTH_READY, /* until it is known whether the image is ready */
	DEPTH_NOTE,  /* and whether there is a note */
	DEPTH_WHOLE, /* to its end, which proves it complete as well */
};

/* Looks into every image. */
void kernels_check(struct kernels *kernels, enum depth depth);
/* Looks into one. */
void kernel_check(struct kernel *kernel, enum depth depth);
/* Whether `enable` would make this kernel, which was checked, ready. */
bool kernel_is_to_be_made(const struct kernel *kernel);

/* What `enable` would mend of it: a sentence; NULL: nothing. */
const char *kernel_fault(const struct kernel *kernel);

#endif
