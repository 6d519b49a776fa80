/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks through an initramfs image as the kernel does (Documentation/driver-api/early-
 * userspace/buffer-format): newc cpio archives one behind the other, each plain or
 * compressed, with zero bytes between them. Nothing is unpacked to disk, and a plain
 * archive's files are stepped over without being read.
 */
#ifndef TOOLS_IMAGES_CPIO_H
#define TOOLS_IMAGES_CPIO_H

#include <stddef.h>
#include <stdint.h>

struct cpio;

struct cpio_entry {
	const char *name; /* as it stands in the archive; valid until the next call */
	uint32_t mode;	  /* as in struct stat */
	uint32_t size;	  /* bytes */
};

/* Opens an image, a path below --root. NULL, and a sentence in `*why`, if it cannot. */
struct cpio *cpio_open(const char *path, char **why);
/*
 * The next file of the next archive. 1, 0 at the end of the image, or -errno with a
 * sentence in `*why` (-EBADMSG: this is no image, or it is damaged or cut short).
 */
int cpio_next(struct cpio *cpio, struct cpio_entry *entry, char **why);
/*
 * Reads the content of the entry that cpio_next has just given. 0 with a malloc'ed,
 * NUL-terminated copy in `*content`, or as cpio_next. Only once per entry.
 */
int cpio_content(struct cpio *cpio, char **content, char **why);
void cpio_close(struct cpio *cpio);

#endif
