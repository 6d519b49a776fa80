/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that make initramfs images: one file and one of these structs each. */
#ifndef TOOLS_IMAGES_GENERATOR_H
#define TOOLS_IMAGES_GENERATOR_H

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/images/contents.h"
#include "tools/kernel/kernels.h"

struct generator {
	const char *name;  /* as in struct kernel */
	unsigned int mark; /* the fact that shows that it made an image */
	/* The facts that make its image good, as far as is known by now. */
	unsigned int (*needs)(const struct image *image);
	/* Why the early program in this image does not run first: a malloc'ed sentence,
	 * or NULL if it does. */
	char *(*fault)(const struct image *image, const char *path);

	/* Whether its programs are here. */
	bool (*installed)(void);
	/* What would keep it from making an image, and what to do: a malloc'ed sentence,
	 * or NULL. */
	char *(*obstacle)(void);
	/* The command that makes this kernel's image, for people. malloc'ed. */
	char *(*command)(const struct kernel *kernel);
	/* Makes it. 0, or -errno and a sentence. */
	int (*make)(const struct kernel *kernel, char **why);
};

extern const struct generator generator_initramfs_tools, generator_dracut;

/* NULL-terminated. */
extern const struct generator *const generators[];

/*
 * The one that makes this host's images: the one installed; of several, the one that made
 * the newest image, since packages that are only there prove nothing. NULL and a sentence
 * if there is none.
 */
const struct generator *generator_find(const struct kernels *kernels, char **why);

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
