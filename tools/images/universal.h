/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The universal archive: a small initramfs image of our own beside the kernel's, which
 * the passthrough entry loads as well, so that nobody's image has to be made anew. Behind
 * an image whose maker is known it adds files that this image looks for by itself; in
 * front of any other one its program is process 1, by ARCHIVE_PARAMETER.
 */
#ifndef TOOLS_IMAGES_UNIVERSAL_H
#define TOOLS_IMAGES_UNIVERSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/text/lines.h"

struct kernel;
struct kernels;

#define ARCHIVE_NAME "vfio-early.img"
#define ARCHIVE_PROGRAM "vfio-early-init"
/* First of the kernel's parameters: the kernel forgets every bare word before it
 * (init/main.c, rdinit_setup). */
#define ARCHIVE_PARAMETER "rdinit=/" ARCHIVE_PROGRAM

/* Where the archive for this image is: beside it. A malloc'ed path below --root. */
char *archive_path(const char *image);
/*
 * Makes the archive of the installed early program: the same program, the same bytes.
 * 0 and malloc'ed bytes, or -errno and a sentence.
 */
int archive_make(char **bytes, size_t *size, char **why);
/*
 * Why the archive at this path, which is there, cannot serve: a malloc'ed sentence; NULL:
 * it can. Then `*stale` is a malloc'ed sentence if it is not the one that archive_make
 * makes, or NULL.
 */
char *archive_fault(const char *path, char **stale);
/* Puts the archive beside the image. 0, or -errno and a sentence. */
int archive_write(const char *image, bool *changed, char **why);
/* Takes every archive away that no kernel needs any more: `*changed`, which stays as it
 * is otherwise, and a line for `steps`. 0, or -errno and a sentence. */
int archive_tidy(
	const struct kernels *kernels, struct lines *steps, bool *changed, char **why);
/*
 * What a person has to tell kdump for this kernel, whose command line it takes over but
 * not the archive: a malloc'ed sentence; NULL: nothing.
 */
char *archive_kdump_note(const struct kernel *kernel);

#endif
