/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/images/generator.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/system/run.h"
#include "tools/system/write.h"

enum { LIBRARY, UNIT, UNIT_MASKED, UNIT_WANTED, HOOK, WANTS, HOOKS, SIGNS };

static const struct sign signs[SIGNS + 1] = {
	[LIBRARY] = {{"lib/dracut/*", "var/lib/dracut/*"}, .mark = true},
	[UNIT] = {{"lib/systemd/system/vfio-early.service",
			  "etc/systemd/system/vfio-early.service"},
		.type = S_IFREG, .keep = true},
	[UNIT_MASKED] = {{"etc/systemd/system/vfio-early.service"}, .type = S_IFLNK},
	[UNIT_WANTED] = {{"lib/systemd/system/*.wants/vfio-early.service",
				 "etc/systemd/system/*.wants/vfio-early.service"},
		.type = S_IFLNK},
	[HOOK] = {{"*dracut/hooks/cmdline/00-vfio-early.sh"}, .type = S_IFREG},
	[WANTS] = {{"lib/systemd/system/sysinit.target.wants"}, .type = S_IFDIR},
	[HOOKS] = {{"lib/dracut/hooks/cmdline", "var/lib/dracut/hooks/cmdline"},
		.type = S_IFDIR},
};

static const char *const parts[] = {
	"/usr/lib/dracut/modules.d/55vfio-early/module-setup.sh", NULL};

/* With systemd in the image only a unit is early enough: systemd-modules-load.service
 * does not wait for dracut's hooks. */
static bool answered(const struct image *image)
{
	if ((image->facts & IMAGE_INIT_LINK) != 0)
		return image_has(image, &signs[UNIT]) &&
		       image_has(image, &signs[UNIT_WANTED]);
	return (image->facts & IMAGE_INIT_SCRIPT) != 0 && image_has(image, &signs[HOOK]);
}

static bool takes_additions(const struct image *image)
{
	if ((image->facts & IMAGE_INIT_LINK) != 0)
		return image_has(image, &signs[WANTS]) &&
		       !image_has(image, &signs[UNIT_MASKED]);
	return (image->facts & IMAGE_INIT_SCRIPT) != 0 && image_has(image, &signs[HOOKS]);
}

/* Whether a Before= line of the unit names the other one. */
static bool is_before(const char *unit, const char *other)
{
	size_t length = strlen(other);

	for (const char *line = unit; line != NULL; line = strchr(line, '\n')) {
		const char *end;

		line += line[0] == '\n';
		if (!text_begins(line, "Before="))
			continue;
		end = line + strcspn(line, "\n");
		for (const char *at = line + 7; at < end;) {
			size_t word = strcspn(at, " \t\n");

			if (word == length && strncmp(at, other, length) == 0)
				return true;
			at += word;
			at += strspn(at, " \t");
		}
	}
	return false;
}

static char *fault_of_unit(const struct image *image, const char *path)
{
	static const char *const others[] = {"systemd-modules-load.service",
		"systemd-udevd.service", "systemd-udev-trigger.service"};
	const char *unit = image_content(image, &signs[UNIT]);

	if (unit == NULL)
		return format_text(
			"%s has systemd in it, and no vfio-early.service, which calls the "
			"early program",
			path);
	if (image_has(image, &signs[UNIT_MASKED]))
		return format_text("vfio-early.service is masked in %s", path);
	if (!image_has(image, &signs[UNIT_WANTED]))
		return format_text("nothing starts vfio-early.service in %s: it has no "
				   "wants link",
			path);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!is_before(unit, others[i]))
			return format_text(
				"vfio-early.service in %s is not ordered before %s", path,
				others[i]);
	return NULL;
}

static char *fault(const struct image *image, const char *path)
{
	if ((image->facts & IMAGE_INIT_LINK) != 0)
		return fault_of_unit(image, path);
	if (!image_has(image, &signs[HOOK]))
		return format_text(
			"%s has no 00-vfio-early.sh among its cmdline hooks, which calls "
			"the early program",
			path);
	return NULL;
}

static bool installed(void)
{
	return run_finds("dracut");
}

static char *obstacle(void)
{
	if (root_exists("/run/ostree-booted"))
		return copy_text("this system's images come from rpm-ostree: run "
				 "'rpm-ostree initramfs --enable', and reboot");
	return NULL;
}

/* dracut's own update-initramfs runs the hooks that tell boot loaders of a new image. */
static bool has_update_initramfs(void)
{
	return run_finds("update-initramfs") && !run_finds("mkinitramfs");
}

static char *command(const struct kernel *kernel)
{
	if (has_update_initramfs())
		return format_text("update-initramfs -u -k %s", kernel->version);
	return format_text("dracut --force %s %s", kernel->image, kernel->version);
}

static char *command_for_all(void)
{
	return copy_text(has_update_initramfs() ? "update-initramfs -u -k all"
						: "dracut --regenerate-all --force");
}

static int update_image(const struct kernel *kernel, char **why)
{
	const char *const argv[] = {
		"update-initramfs", "-u", "-k", kernel->version, NULL};
	struct run_result result;
	int error = write_image_by(
		&(struct run){.argv = argv, .writes = true}, kernel->image, &result, why);

	if (error == 0)
		run_free(&result);
	return error;
}

/*
 * dracut copies the finished image over the old one: a full disk or a power cut would
 * leave half of it. So it gets another file to write, which is renamed.
 */
static int make(const struct kernel *kernel, char **why)
{
	struct run_result result;
	struct draft draft;
	int error;

	if (has_update_initramfs())
		return update_image(kernel, why);
	error = draft_begin_image(&draft, kernel->image, why);
	if (error < 0)
		return error;

	const char *const dracut[] = {
		"dracut", "--force", run_name(draft.temporary), kernel->version, NULL};

	error = run_program_well(
		&(struct run){.argv = dracut, .writes = true}, &result, why);
	if (error == 0) {
		run_free(&result);
		return draft_finish(&draft, why);
	}
	draft_drop(&draft);
	return error;
}

const struct generator generator_dracut = {
	.name = "dracut",
	.signs = signs,
	.fault = fault,
	.installed = installed,
	.command_for_all = command_for_all,
	.answered = answered,
	.parts = parts,
	.obstacle = obstacle,
	.takes_additions = takes_additions,
	.command = command,
	.make = make,
};
