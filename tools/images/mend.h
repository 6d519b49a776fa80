/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images after a cut, and images without the early program. */
#ifndef TOOLS_IMAGES_MEND_H
#define TOOLS_IMAGES_MEND_H

#include <stdbool.h>

struct lines;

/* Has an image that is damaged made anew, and says so in `steps`; a whole one stays. 0,
 * or -errno and a sentence. */
int images_mend(const char *path, struct lines *steps, char **why);
/*
 * Has each image that has the early program made anew without it. Where no generator does
 * that, a line in `notes` says so, and what to run. 0, or -errno and a sentence.
 */
int images_without_us(bool dry_run, struct lines *steps, struct lines *notes, char **why);

#endif
