/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/images/generator.h"
#include "tools/system/run.h"
#include "tools/text/string.h"

static const struct sign signs[] = {
	{{"init_functions"}, .type = S_IFREG, .mark = true},
	{.path = {NULL}},
};

static char *fault(const struct image *image, const char *path)
{
	(void)image;
	return format_text(
		"%s was made by mkinitcpio, for which vfio-early has no part yet", path);
}

static bool installed(void)
{
	return run_finds("mkinitcpio");
}

static char *command_for_all(void)
{
	return copy_text("mkinitcpio -P");
}

const struct generator generator_mkinitcpio = {
	.name = "mkinitcpio",
	.signs = signs,
	.fault = fault,
	.installed = installed,
	.command_for_all = command_for_all,
};
