/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The early program as a file: whether this machine can run it in an initramfs. */
#ifndef TOOLS_IMAGES_PROGRAM_H
#define TOOLS_IMAGES_PROGRAM_H

#include <stddef.h>

/*
 * What keeps these bytes from running without any library on a machine that runs this
 * tool: the rest of a sentence that begins with "the early program in PATH"; NULL:
 * nothing.
 */
const char *program_fault(const char *data, size_t size);

#endif
