/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that makes initramfs images: a file, with one of these structs in it, and a
 * row in generators.c. Nothing else knows it by name.
 */
#ifndef TOOLS_IMAGES_GENERATOR_H
#define TOOLS_IMAGES_GENERATOR_H

#include "tools/images/contents.h"
#include "tools/kernel/kernels.h"

struct generator {
	const char *name; /* as in struct kernel */
	/* What is looked for in an image; ended by one without a path. At least one is a
	 * mark. */
	const struct sign *signs;
	/* Why the early program in this image does not run first: a malloc'ed sentence,
	 * or NULL if it does. */
	char *(*fault)(const struct image *image, const char *path);
	/* The command that makes every image anew, for people. malloc'ed; NULL: there is
	 * none that does it. */
	char *(*command_for_all)(void);
	/* Whether its programs are here. */
	bool (*installed)(void);

	/* Whether its image starts by itself what our archive behind it adds
	 * (universal.h). NULL: it never does. */
	bool (*takes_additions)(const struct image *image);

	/* Whether enough is known of the image by now to call it good. NULL: nothing of
	 * ours comes into its images. */
	bool (*answered)(const struct image *image);

	/* The rest is NULL for a generator that vfio-early has make no image: those are
	 * left alone, and our archive serves. */

	/* The files that bring the early program into its images, of which one must be
	 * here. NULL-terminated. */
	const char *const *parts;
	/* What would keep it from making an image, and what to do: a malloc'ed sentence,
	 * or NULL. */
	char *(*obstacle)(void);
	/* Why it makes none, as somebody told it, so that our archive has to serve: a
	 * malloc'ed sentence, or NULL. */
	char *(*switched_off)(void);
	/* The command that makes this kernel's image, for people. malloc'ed. */
	char *(*command)(const struct kernel *kernel);
	/* Makes it. 0, or -errno and a sentence. */
	int (*make)(const struct kernel *kernel, char **why);
};

/* All of them; NULL-terminated. */
extern const struct generator *const generators[];

#endif
