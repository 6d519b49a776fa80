/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One image made anew, and whether there is room for what is to be written beside it. */
#ifndef TOOLS_IMAGES_REMAKE_H
#define TOOLS_IMAGES_REMAKE_H

#include "tools/images/generator.h"

/* What keeps so many bytes from being written beside the kernel's image, where `what` is
 * to be: a malloc'ed sentence; NULL: nothing. */
char *lack_of_room(
	const struct kernel *kernel, const char *what, unsigned long long size);
/* The same of one more image like the kernel's. */
char *lack_of_room_for_image(const struct kernel *kernel);
/* Has the image made and proves it; 0, or -EIO or -EINTR (we are asked to stop) with one
 * more sentence in `*why`. */
int image_make(const struct generator *generator, struct kernel *kernel, char **why);

#endif
