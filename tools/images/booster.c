/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/images/generator.h"
#include "tools/system/run.h"
#include "tools/text/string.h"

/* What Arch's package brings; booster itself makes one image at a time. */
#define FOR_ALL "/usr/lib/booster/regenerate_images"

static const struct sign signs[] = {
	{{"etc/booster.init.yaml"}, .type = S_IFREG, .mark = true},
	{.path = {NULL}},
};

static char *fault(const struct image *image, const char *path)
{
	(void)image;
	return format_text(
		"%s was made by booster, which takes no program of others", path);
}

static bool installed(void)
{
	return run_finds("booster");
}

static char *command_for_all(void)
{
	return run_finds(FOR_ALL) ? copy_text(FOR_ALL) : NULL;
}

const struct generator generator_booster = {
	.name = "booster",
	.signs = signs,
	.fault = fault,
	.installed = installed,
	.command_for_all = command_for_all,
};
