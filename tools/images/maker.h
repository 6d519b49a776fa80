/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which generator made an image: by the marks of all. */
#ifndef TOOLS_IMAGES_MAKER_H
#define TOOLS_IMAGES_MAKER_H

#include "tools/images/generator.h"

/* Whether vfio-early has a part for it, and has it make images. */
bool generator_is_ours(const struct generator *generator);
/* What keeps one of those from making any image, as somebody told it or not: a malloc'ed
 * sentence, or NULL. */
char *generator_obstacle(const struct generator *generator);
/* The names of those, with " or " or its like in front of the last: "initramfs-tools or
 * dracut". malloc'ed. */
char *generator_names(const char *joint);
/* The one with a mark in the image; NULL: nobody that is known. */
const struct generator *generator_of(const struct image *image);
/* The signs of all, as image_look wants them; malloc'ed. */
const struct sign **generator_signs(void);

#endif
