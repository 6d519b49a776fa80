/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What our section of grub.cfg is made from, as comment lines at its head. Pure. */
#ifndef TOOLS_BOOT_GRUB_INPUTS_H
#define TOOLS_BOOT_GRUB_INPUTS_H

#include "tools/boot/boot-loader.h"

/* The lines; malloc'ed. */
char *grub_inputs_format(const struct entry_inputs *inputs);
/*
 * Reads them back. False if they are not there, or are those of a version of vfio-early
 * that made the section in another way.
 */
bool grub_inputs_parse(const char *section, struct entry_inputs *inputs);

#endif
