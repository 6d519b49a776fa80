/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio-early as it is, and one generator more: "double", as small as one can be. Its
 * images have a file `double`, and its program double-image VERSION makes one.
 */
#include <stdlib.h>

#include "tools/images/generator.h"
#include "tools/system/run.h"
#include "tools/system/write.h"
#include "tools/text/string.h"

static const struct sign signs[] = {
	{{"double"}, .type = S_IFREG, .mark = true, .keep = true},
	{.path = {NULL}},
};
static const char *const parts[] = {"/usr/share/double/vfio-early", NULL};

static bool double_answered(const struct image *image)
{
	return image_has(image, &signs[0]);
}

static char *double_fault(const struct image *image, const char *path)
{
	const char *content = image_content(image, &signs[0]);

	return content != NULL && content[0] != '\0'
		       ? NULL
		       : format_text("%s doubles nothing", path);
}

static bool double_installed(void)
{
	return run_finds("double-image");
}

static char *double_obstacle(void)
{
	return NULL;
}

static char *double_command(const struct kernel *kernel)
{
	return format_text("double-image %s", kernel->version);
}

static char *double_command_for_all(void)
{
	return copy_text("double-image --all");
}

static int double_make(const struct kernel *kernel, char **why)
{
	const char *const argv[] = {"double-image", kernel->version, NULL};
	const char *const writes[] = {kernel->image, NULL};
	struct run_result result;
	int error = write_by(&(struct run){.argv = argv}, writes, &result, why);

	if (error == 0)
		run_free(&result);
	return error;
}

static const struct generator generator_double = {
	.name = "double",
	.signs = signs,
	.fault = double_fault,
	.command_for_all = double_command_for_all,
	.installed = double_installed,
	.answered = double_answered,
	.parts = parts,
	.obstacle = double_obstacle,
	.command = double_command,
	.make = double_make,
};

/* The table of generators.c, with a row more. */
extern const struct generator generator_initramfs_tools;

const struct generator *const generators[] = {
	&generator_initramfs_tools, &generator_double, NULL};
