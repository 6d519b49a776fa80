/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/text/string.h"
#include "tools/images/cpio.h"
#include "tools/images/contents.h"
#include "tools/kernel/modules.h"

/* The path without "./", "/" and "usr/" at its front: both layouts look the same. */
static const char *plain_path(const char *name)
{
	if (text_begins(name, "./"))
		name += 2;
	while (name[0] == '/')
		name++;
	if (text_begins(name, "usr/"))
		name += 4;
	return name;
}

/* vfio-pci among the modules of this kernel. */
static bool is_module(const char *path, const char *version)
{
	size_t length = strlen(version);

	return text_begins(path, "lib/modules/") &&
	       strncmp(path + 12, version, length) == 0 && path[12 + length] == '/' &&
	       module_is(path, "vfio-pci");
}

static unsigned int fact_of(const char *path, const char *version, mode_t mode)
{
	if (strcmp(path, "init") == 0)
		return S_ISLNK(mode)   ? IMAGE_INIT_LINK
		       : S_ISREG(mode) ? IMAGE_INIT_SCRIPT
				       : 0;
	if (!S_ISREG(mode))
		return 0;
	if (strcmp(path, "bin/vfio-early-hook") == 0)
		return IMAGE_PROGRAM;
	return is_module(path, version) ? IMAGE_MODULE : 0;
}

/* "*" in the pattern stands for any text. */
static bool matches(const char *path, const char *pattern)
{
	const char *star = strchr(pattern, '*');
	size_t front;

	if (star == NULL)
		return strcmp(path, pattern) == 0;
	front = (size_t)(star - pattern);
	return strncmp(path, pattern, front) == 0 && text_ends(path + front, star + 1);
}

static bool is_sign(const struct sign *sign, const char *path, mode_t mode)
{
	if (sign->type != 0 && sign->type != (mode & S_IFMT))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(sign->path) && sign->path[i] != NULL; i++)
		if (matches(path, sign->path[i]))
			return true;
	return false;
}

static struct image_sign *find(const struct image *image, const struct sign *sign)
{
	for (size_t i = 0; i < image->count; i++)
		if (image->found[i].sign == sign)
			return &image->found[i];
	return NULL;
}

bool image_has(const struct image *image, const struct sign *sign)
{
	return find(image, sign) != NULL;
}

const char *image_content(const struct image *image, const struct sign *sign)
{
	const struct image_sign *found = find(image, sign);

	return found != NULL ? found->content : NULL;
}

/* A copy of an entry's content, which may have zero bytes in it, in place of an earlier
 * one: the later of two files of one name counts. */
static void keep(char **place, const char *content, size_t size)
{
	free(*place);
	*place = memcpy(allocate_more(NULL, size + 1), content, size + 1);
}

/* Notes the sign, and what its file holds if that is wanted. */
static void note_sign(
	struct image *image, const struct sign *sign, const char *content, size_t size)
{
	struct image_sign *found = find(image, sign);

	if (found == NULL) {
		image->found = allocate_more(
			image->found, (image->count + 1) * sizeof(*image->found));
		found = &image->found[image->count++];
		*found = (struct image_sign){.sign = sign};
	}
	if (sign->keep)
		keep(&found->content, content, size);
}

/* The next sign behind `after` (NULL: the first) that the path is; NULL at the end. */
static const struct sign *next_sign(const struct sign *const *lists,
	const struct sign *after, const char *path, mode_t mode)
{
	for (size_t i = 0; lists[i] != NULL; i++)
		for (const struct sign *sign = lists[i]; sign->path[0] != NULL; sign++) {
			if (after == NULL && is_sign(sign, path, mode))
				return sign;
			if (sign == after)
				after = NULL;
		}
	return NULL;
}

/* All that one entry tells. 1, 0 if that is nothing, or -errno. */
static int take_entry(const struct image_search *search, struct cpio *cpio,
	const struct cpio_entry *entry, struct image *image, char **why)
{
	const char *path = plain_path(entry->name);
	unsigned int facts = fact_of(path, search->version, entry->mode);
	bool wanted = (facts & IMAGE_PROGRAM) != 0, told = facts != 0;
	CLEANUP_FREE char *content = NULL;
	const struct sign *sign = NULL;
	int result;

	while ((sign = next_sign(search->signs, sign, path, entry->mode)) != NULL) {
		told = true;
		wanted |= sign->keep;
	}
	if (wanted) {
		result = cpio_content(cpio, &content, why);
		if (result < 0)
			return result;
	}
	image->facts |= facts;
	if ((facts & IMAGE_PROGRAM) != 0) {
		keep(&image->program, content, entry->size);
		image->program_size = entry->size;
	}
	while ((sign = next_sign(search->signs, sign, path, entry->mode)) != NULL)
		note_sign(image, sign, content, entry->size);
	return told;
}

int image_look(const struct image_search *search, struct image *image, char **why)
{
	struct cpio *cpio = cpio_open(search->path, why);
	struct cpio_entry entry;
	int result;

	*image = (struct image){0};
	if (cpio == NULL)
		return -EINVAL;
	while ((result = cpio_next(cpio, &entry, why)) == 1) {
		result = take_entry(search, cpio, &entry, image, why);
		if (result < 0 || (result > 0 && search->enough != NULL &&
					  search->enough(image, search->data)))
			break;
	}
	cpio_close(cpio);
	return result < 0 ? result : 0;
}

void image_free(struct image *image)
{
	for (size_t i = 0; i < image->count; i++)
		free(image->found[i].content);
	free(image->found);
	free(image->program);
	*image = (struct image){0};
}
