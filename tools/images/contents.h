/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an initramfs image holds that tells whether the early program will run first. */
#ifndef TOOLS_IMAGES_CONTENTS_H
#define TOOLS_IMAGES_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* A file by which something is known of an image. */
struct sign {
	/* Any of these, without "usr/" in front; one "*" stands for any text, also for
	 * slashes. */
	const char *path[2];
	mode_t type; /* S_IFREG, S_IFLNK or S_IFDIR; 0: any */
	bool mark;   /* an image with it was made by the generator whose sign it is */
	bool keep;   /* what is in the file is wanted: image_content */
};

/* What is looked for in every image, whoever made it. */
enum image_fact {
	IMAGE_PROGRAM = 1 << 0,	    /* bin/vfio-early-hook: `program` */
	IMAGE_MODULE = 1 << 1,	    /* vfio-pci for that kernel */
	IMAGE_INIT_SCRIPT = 1 << 2, /* init is a file */
	IMAGE_INIT_LINK = 1 << 3,   /* init is a symbolic link: to systemd */
};

/* A sign that is in the image, and what the file holds (NULL if that is not wanted). */
struct image_sign {
	const struct sign *sign;
	char *content;
};

struct image {
	unsigned int facts;
	char *program; /* contents, NUL-terminated; NULL if absent */
	size_t program_size;
	struct image_sign *found;
	size_t count;
};

/* What to look for, and how far. */
struct image_search {
	const char *path;    /* below --root */
	const char *version; /* of its kernel */
	/* Lists of signs, each ended by one without a path; NULL-terminated. */
	const struct sign *const *signs;
	/* Whether no more needs to be read; NULL: to the end. */
	bool (*enough)(const struct image *image, const void *data);
	const void *data;
};

/* Looks into an image. 0, or -errno and a sentence; image_free in any case. */
int image_look(const struct image_search *search, struct image *image, char **why);
void image_free(struct image *image);

/* Whether the image has the sign. */
bool image_has(const struct image *image, const struct sign *sign);
/* What the sign's file holds; NULL if it is not there. The image's. */
const char *image_content(const struct image *image, const struct sign *sign);

#endif
