/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that make initramfs images: one file and one of these structs each. */
#ifndef TOOLS_GENERATOR_H
#define TOOLS_GENERATOR_H

#include "tools/base.h"
#include "tools/kernels.h"

struct generator {
	const char *name; /* as in struct kernel */
	/* Whether its programs are installed. */
	bool (*installed)(void);
	/* What would make it do nothing, or not what it says: a malloc'ed sentence, or
	 * NULL. */
	char *(*obstacle)(void);
	/* The command that makes the image of this kernel anew: a NULL-terminated array,
	 * its words are not to be freed. */
	void (*command)(const struct kernel *kernel, const char *argv[static 6]);
};

extern const struct generator generator_initramfs_tools, generator_dracut;

/*
 * Makes the image of every kernel ready: rebuilds those that are not, then looks into
 * them again, because a generator's exit status proves nothing. Fills `kernels`
 * (kernels_free) and adds what was done, or with `dry_run` would be, to `steps`.
 * `*changed`: whether an image was rebuilt.
 *
 * Returns 0 if every kernel that has an image is ready; otherwise -errno and in `*why`
 * sentences on what failed and what to do. Kernels that failed do not keep others from
 * being rebuilt: `kernels` tells which are ready. Nothing is started if it cannot end
 * well (/boot read-only, no room for one more image, the generator switched off).
 */
int images_prepare(bool dry_run, struct lines *steps, struct kernels *kernels,
	bool *changed, char **why);

#endif
