/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which generator makes this host's images: the one place that says how they are made. */
#ifndef TOOLS_IMAGES_HOST_GENERATOR_H
#define TOOLS_IMAGES_HOST_GENERATOR_H

#include "tools/images/generator.h"

/*
 * The generator that can make this host's images ready: the one installed; of several,
 * the one that made the newest image, since packages that are only there prove nothing.
 * NULL and a sentence if there is none. The kernels have been checked.
 */
const struct generator *generator_find(const struct kernels *kernels, char **why);

/*
 * The command that makes every image of this host anew, for people; it may be that of a
 * generator that vfio-early only recognises. malloc'ed; NULL: no generator that is known
 * is installed, or it has no such command.
 */
char *generator_command(void);

/* The file that is missing here of those that bring the early program into this host's
 * images; NULL: none. Not to be freed. */
const char *generator_missing_part(void);

#endif
