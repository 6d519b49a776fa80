/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/images/generator.h"
#include "tools/system/run.h"
#include "tools/text/string.h"

enum { FUNCTIONS, CONFIG, HOOK, SIGNS };

static const struct sign signs[SIGNS + 1] = {
	[FUNCTIONS] = {{"init_functions"}, .type = S_IFREG, .mark = true},
	[CONFIG] = {{"config"}, .type = S_IFREG, .keep = true},
	[HOOK] = {{"hooks/vfio-early"}, .type = S_IFREG},
};

static bool answered(const struct image *image)
{
	return image_has(image, &signs[HOOK]) && image_has(image, &signs[CONFIG]);
}

/* EARLYHOOKS="a b c": all of them run before the first module is loaded (init). */
static bool runs_early(const char *config)
{
	static const char name[] = "EARLYHOOKS=";
	const char *line = config;
	size_t length;

	while (line != NULL && !text_begins(line, name)) {
		line = strchr(line, '\n');
		line += line != NULL;
	}
	if (line == NULL)
		return false;
	for (line += strlen(name); *line != '\0' && *line != '\n'; line += length) {
		line += strspn(line, " \"'");
		length = strcspn(line, " \"'\n");
		if (length == strlen("vfio-early") &&
			strncmp(line, "vfio-early", length) == 0)
			return true;
	}
	return false;
}

static char *fault(const struct image *image, const char *path)
{
	const char *config = image_content(image, &signs[CONFIG]);

	if (!image_has(image, &signs[HOOK]) || config == NULL || !runs_early(config))
		return format_text("%s was made by mkinitcpio, and vfio-early was not "
				   "among its HOOKS",
			path);
	return NULL;
}

static bool installed(void)
{
	return run_finds("mkinitcpio");
}

static char *command_for_all(void)
{
	return copy_text("mkinitcpio -P");
}

/* It is told by HOOKS, which is the user's: no image is made anew, our archive serves. */
const struct generator generator_mkinitcpio = {
	.name = "mkinitcpio",
	.signs = signs,
	.fault = fault,
	.installed = installed,
	.command_for_all = command_for_all,
	.answered = answered,
};
