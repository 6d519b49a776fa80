/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of an initramfs image: plain and compressed parts, one behind the other. Of a
 * plain part only what is taken is read from the disk.
 */
#ifndef TOOLS_IMAGES_PARTS_H
#define TOOLS_IMAGES_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct parts;

/* Opens an image, a path below --root. NULL, and a sentence in `*why`, if it cannot. */
struct parts *parts_open(const char *path, char **why);
/*
 * Steps over zero bytes, and into the next part where one ends, to the next byte '0',
 * with which every archive begins. 1, 0 at the end of the image, or -errno with a
 * sentence in `*why` (-EBADMSG: the image is damaged).
 */
int parts_find(struct parts *parts, char **why);
/* Copies exactly `size` bytes: 0, or -errno with a sentence if the part ends before. */
int parts_take(struct parts *parts, void *to, size_t size, char **why);
/* Steps over exactly that many bytes; returns as parts_take. */
int parts_skip(struct parts *parts, uint64_t size, char **why);
/* "PATH WHAT" into `*why`; returns -EBADMSG. */
int parts_damaged(const struct parts *parts, char **why, const char *what);
void parts_close(struct parts *parts);

#endif
