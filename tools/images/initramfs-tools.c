/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/images/generator.h"
#include "tools/system/root.h"
#include "tools/system/run.h"
#include "tools/system/write.h"

#define CONFIGURATION "/etc/initramfs-tools/update-initramfs.conf"

enum { ARCH, ORDER, SCRIPT, SOURCED, SIGNS };

static const struct sign signs[SIGNS + 1] = {
	[ARCH] = {{"conf/arch.conf"}, .type = S_IFREG, .mark = true},
	[ORDER] = {{"scripts/init-top/ORDER"}, .type = S_IFREG, .mark = true,
		.keep = true},
	[SCRIPT] = {{"scripts/init-top/00-vfio-early"}, .type = S_IFREG},
	[SOURCED] = {{"conf/conf.d"}, .type = S_IFDIR},
};

static const char *const parts[] = {"/usr/share/initramfs-tools/hooks/vfio-early",
	"/etc/initramfs-tools/hooks/vfio-early", NULL};

static bool answered(const struct image *image)
{
	return image_has(image, &signs[SCRIPT]) && image_has(image, &signs[ORDER]);
}

/* init sources what is in there before it runs init-top. */
static bool takes_additions(const struct image *image)
{
	return image_has(image, &signs[SOURCED]) &&
	       (image->facts & IMAGE_INIT_SCRIPT) != 0;
}

/*
 * ORDER is the shell code that init runs, a line per script:
 * /scripts/init-top/udev "$@"
 */
static const char *find_script(const char *order, const char *script)
{
	for (const char *at = strstr(order, script); at != NULL;
		at = strstr(at + 1, script))
		if ((at == order || at[-1] == '\n') &&
			strchr(" \t\n", at[strlen(script)]) != NULL)
			return at;
	return NULL;
}

static char *fault(const struct image *image, const char *path)
{
	const char *order = image_content(image, &signs[ORDER]);
	const char *ours, *udev;

	if (!image_has(image, &signs[SCRIPT]))
		return format_text(
			"%s has no scripts/init-top/00-vfio-early, which calls the early "
			"program",
			path);
	if (order == NULL)
		return format_text("%s has no scripts/init-top/ORDER", path);
	ours = find_script(order, "/scripts/init-top/00-vfio-early");
	udev = find_script(order, "/scripts/init-top/udev");
	if (ours == NULL)
		return format_text(
			"00-vfio-early is in %s, but scripts/init-top/ORDER does not "
			"call it",
			path);
	if (udev != NULL && udev < ours)
		return format_text(
			"in %s udev, which loads the drivers, runs before the early "
			"program",
			path);
	return NULL;
}

/* dracut brings an update-initramfs, too. */
static bool installed(void)
{
	return run_finds("update-initramfs") && run_finds("mkinitramfs");
}

/* Whether the last assignment in the file, which is shell code, switches it off. */
static bool says_no(const char *configuration)
{
	static const char name[] = "update_initramfs=";
	bool off = false;

	for (const char *line = configuration; line != NULL; line = strchr(line, '\n')) {
		line += strspn(line, "\n \t");
		if (!text_begins(line, name))
			continue;
		line += strlen(name);
		line += strspn(line, "\"'");
		off = text_begins(line, "no") &&
		      (line[2] == '\0' || strchr("\"' \t\n#;", line[2]) != NULL);
	}
	return off;
}

static char *switched_off(void)
{
	CLEANUP_FREE char *configuration = NULL;

	if (root_read(CONFIGURATION, &configuration, NULL) == 0 && says_no(configuration))
		return copy_text("update_initramfs=no in " CONFIGURATION
				 " keeps update-initramfs from doing anything: change it "
				 "to yes");
	return NULL;
}

static char *command(const struct kernel *kernel)
{
	return format_text("update-initramfs -u -k %s", kernel->version);
}

static char *command_for_all(void)
{
	return copy_text("update-initramfs -u -k all");
}

/*
 * One kernel at a time: "-k all" stops at the first one that fails. It writes a new file
 * and renames it.
 */
static int make(const struct kernel *kernel, char **why)
{
	const char *const argv[] = {
		"update-initramfs", "-u", "-k", kernel->version, NULL};
	const struct run order = {.argv = argv, .writes = true};
	struct run_result result;
	int error = write_image_by(&order, kernel->image, &result, why);

	if (error == 0)
		run_free(&result);
	return error;
}

const struct generator generator_initramfs_tools = {
	.name = "initramfs-tools",
	.signs = signs,
	.fault = fault,
	.installed = installed,
	.command_for_all = command_for_all,
	.answered = answered,
	.parts = parts,
	.switched_off = switched_off,
	.takes_additions = takes_additions,
	.command = command,
	.make = make,
};
