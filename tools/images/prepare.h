/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Having the images of all kernels made ready. */
#ifndef TOOLS_IMAGES_PREPARE_H
#define TOOLS_IMAGES_PREPARE_H

#include <stdbool.h>

#include "tools/kernel/kernels.h"
#include "tools/text/lines.h"

/*
 * Makes the image of every kernel ready, with the installed early program: rebuilds those
 * that are not, then looks into them again, because a generator's exit status proves
 * nothing. Fills `kernels` (kernels_free) and adds what was done, or with `dry_run` would
 * be, to `steps`.
 * `*changed`: whether an image was rebuilt.
 *
 * Returns 0 if every kernel that has an image and vfio-pci is so; otherwise -errno and in
 * `*why` sentences on what failed and what to do. A kernel that failed does not keep
 * others from being rebuilt: `kernels` tells which are ready. Nothing is started if it
 * cannot end well (/boot read-only, no room for one more image, the generator switched
 * off).
 */
int images_prepare(bool dry_run, struct lines *steps, struct kernels *kernels,
	bool *changed, char **why);

#endif
