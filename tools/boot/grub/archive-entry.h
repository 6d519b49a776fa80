/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A passthrough entry that loads our archive beside the kernel's own image. Pure. */
#ifndef TOOLS_BOOT_GRUB_ARCHIVE_ENTRY_H
#define TOOLS_BOOT_GRUB_ARCHIVE_ENTRY_H

#include "tools/kernel/kernels.h"

/*
 * The body of an entry, so that it loads the archive behind its image or in front of it,
 * and without the flag where the archive is gone. malloc'ed; NULL if the body loads no
 * kernel or no image.
 */
char *grub_archive_body(const char *body, enum carrier carrier);
/* What brings the early program into a boot with this body. */
enum carrier grub_carrier(const char *body);

#endif
