/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/text/string.h"
#include "tools/images/cpio.h"
#include "tools/images/contents.h"

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

/* vfio-pci.ko, also compressed, among the modules of this kernel. */
static bool is_module(const char *path, const char *version)
{
	const char *name = strrchr(path, '/');
	size_t length = strlen(version);

	return text_begins(path, "lib/modules/") &&
	       strncmp(path + 12, version, length) == 0 && path[12 + length] == '/' &&
	       name != NULL &&
	       (text_begins(name, "/vfio-pci.ko") || text_begins(name, "/vfio_pci.ko"));
}

/* What finding this path means; 0 for most. */
static unsigned int fact_of(const char *path, const char *version, mode_t mode)
{
	static const struct {
		const char *path;
		unsigned int facts;
	} files[] = {
		{"conf/arch.conf", IMAGE_INITRAMFS_TOOLS},
		{"scripts/init-top/ORDER", IMAGE_INITRAMFS_TOOLS | IMAGE_ORDER},
		{"scripts/init-top/00-vfio-early", IMAGE_SCRIPT},
		{"init_functions", IMAGE_MKINITCPIO},
		{"etc/booster.init.yaml", IMAGE_BOOSTER},
		{"init", IMAGE_INIT_SCRIPT},
		{"bin/vfio-early-hook", IMAGE_PROGRAM},
		{"lib/systemd/system/vfio-early.service", IMAGE_UNIT},
		{"etc/systemd/system/vfio-early.service", IMAGE_UNIT},
	};
	unsigned int facts = 0;

	if (S_ISLNK(mode)) {
		if (strcmp(path, "init") == 0)
			return IMAGE_INIT_LINK;
		if (strcmp(path, "etc/systemd/system/vfio-early.service") == 0)
			return IMAGE_UNIT_MASKED;
		if (strstr(path, "/systemd/system/") != NULL &&
			text_ends(path, ".wants/vfio-early.service"))
			return IMAGE_UNIT_WANTED;
		return 0;
	}
	if (text_begins(path, "lib/dracut/") || text_begins(path, "var/lib/dracut/"))
		facts |= IMAGE_DRACUT;
	if (!S_ISREG(mode))
		return facts;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (strcmp(path, files[i].path) == 0)
			facts |= files[i].facts;
	if (text_ends(path, "dracut/hooks/cmdline/00-vfio-early.sh"))
		facts |= IMAGE_HOOK;
	if (is_module(path, version))
		facts |= IMAGE_MODULE;
	return facts;
}

static int take_content(
	struct cpio *cpio, unsigned int facts, struct image *image, char **why)
{
	char **content = (facts & IMAGE_PROGRAM) != 0 ? &image->program
			 : (facts & IMAGE_ORDER) != 0 ? &image->order
			 : (facts & IMAGE_UNIT) != 0  ? &image->unit
						      : NULL;

	if (content == NULL)
		return 0;
	free(*content);
	*content = NULL;
	return cpio_content(cpio, content, why);
}

int image_look(const char *path, const char *version,
	bool (*enough)(const struct image *image, const void *data), const void *data,
	struct image *image, char **why)
{
	struct cpio *cpio = cpio_open(path, why);
	struct cpio_entry entry;
	int result;

	*image = (struct image){0};
	if (cpio == NULL)
		return -EINVAL;
	while ((result = cpio_next(cpio, &entry, why)) == 1) {
		unsigned int facts = fact_of(plain_path(entry.name), version, entry.mode);

		if (facts == 0)
			continue;
		image->facts |= facts;
		if ((facts & IMAGE_PROGRAM) != 0)
			image->program_size = entry.size;
		result = take_content(cpio, facts, image, why);
		if (result < 0)
			break;
		if (enough != NULL && enough(image, data))
			break;
	}
	cpio_close(cpio);
	return result < 0 ? result : 0;
}

void image_free(struct image *image)
{
	free(image->program);
	free(image->order);
	free(image->unit);
	*image = (struct image){0};
}

/* Elf32 or Elf64, whichever this machine's programs are: another could not run here. */
bool is_static_program(const char *data, size_t size)
{
	ElfW(Ehdr) header;

	if (size < sizeof(header))
		return false;
	memcpy(&header, data, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return false;
	for (size_t i = 0; i < header.e_phnum; i++) {
		size_t at = header.e_phoff + i * header.e_phentsize;
		ElfW(Phdr) segment;

		if (at > size || size - at < sizeof(segment))
			return false;
		memcpy(&segment, data + at, sizeof(segment));
		if (segment.p_type == PT_INTERP)
			return false;
	}
	return true;
}
