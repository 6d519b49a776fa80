/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an initramfs image holds that tells whether the early program will run first. */
#ifndef TOOLS_IMAGES_CONTENTS_H
#define TOOLS_IMAGES_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>

/* Things found in an image. Its paths are taken without "usr/", which some have. */
enum image_fact {
	IMAGE_INITRAMFS_TOOLS = 1 << 0, /* conf/arch.conf or scripts/init-top/ORDER */
	IMAGE_DRACUT = 1 << 1,		/* lib/dracut/ */
	IMAGE_MKINITCPIO = 1 << 2,	/* init_functions */
	IMAGE_BOOSTER = 1 << 3,		/* etc/booster.init.yaml */
	IMAGE_PROGRAM = 1 << 4,		/* bin/vfio-early-hook: `program` */
	IMAGE_MODULE = 1 << 5,		/* vfio-pci for that kernel */
	IMAGE_SCRIPT = 1 << 6,		/* scripts/init-top/00-vfio-early */
	IMAGE_ORDER = 1 << 7,		/* scripts/init-top/ORDER: `order` */
	IMAGE_INIT_SCRIPT = 1 << 8,	/* init is a file */
	IMAGE_INIT_LINK = 1 << 9,	/* init is a symbolic link: to systemd */
	IMAGE_UNIT = 1 << 10,		/* vfio-early.service: `unit` */
	IMAGE_UNIT_MASKED = 1 << 11,	/* the same, as a link in etc/systemd/system */
	IMAGE_UNIT_WANTED = 1 << 12,	/* in a .wants directory */
	IMAGE_HOOK = 1 << 13,		/* 00-vfio-early.sh of dracut's cmdline hooks */
};

struct image {
	unsigned int facts;
	char *program; /* contents, NUL-terminated; NULL if absent */
	size_t program_size;
	char *order;
	char *unit;
};

/*
 * Looks into the image at `path` (below --root) of the kernel `version`, until `enough`
 * says so, or to its end if that is NULL. 0, or -errno and a sentence; image_free in any
 * case.
 */
int image_look(const char *path, const char *version,
	bool (*enough)(const struct image *image, const void *data), const void *data,
	struct image *image, char **why);
void image_free(struct image *image);

/* Whether these bytes are a program that runs without any library. */
bool is_static_program(const char *data, size_t size);

#endif
