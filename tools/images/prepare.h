/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Having the images of all kernels made ready. */
#ifndef TOOLS_IMAGES_PREPARE_H
#define TOOLS_IMAGES_PREPARE_H

#include <stdbool.h>

#include "tools/kernel/kernels.h"
#include "tools/text/lines.h"

/* What is to bring the early program into a boot. */
enum carry {
	CARRY_EITHER,  /* the image, where a generator of ours makes it */
	CARRY_IMAGE,   /* that, and never our archive where it can be so */
	CARRY_ARCHIVE, /* our archive, where the image does not have it already */
};

/*
 * Makes every kernel ready, with the installed early program: rebuilds the images that
 * lack it, or puts our archive beside them (universal.h), then looks into them again,
 * because a generator's exit status proves nothing. Fills `kernels` (kernels_free) and
 * adds what was done, or with `dry_run` would be, to `steps`.
 * `*changed`: whether an image was rebuilt.
 *
 * Returns 0 if every kernel that has an image and vfio-pci is so; otherwise -errno and in
 * `*why` sentences on what failed and what to do. A kernel that failed does not keep
 * others from being made ready: `kernels` tells which are. Nothing is started if it
 * cannot end well (/boot read-only, or without room).
 */
int images_prepare(enum carry carry, bool dry_run, struct lines *steps,
	struct kernels *kernels, bool *changed, char **why);

#endif
