/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/boot/grub/entries.h"
#include "tools/boot/grub/menu.h"
#include "tools/boot/grub/section.h"
#include "tools/boot/grub/grub.h"
#include "tools/boot/grub/environment.h"
#include "tools/system/root.h"

static void read_variables(struct grub *grub)
{
	CLEANUP_FREE char *text = NULL;

	if (grubenv_read(&text, &grub->trouble) < 0)
		return;
	grub->enabled = grubenv_is_set(text, GRUBENV_ENABLED);
	grub->once = grubenv_is_set(text, GRUBENV_ONCE);
	grub->pending = grubenv_is_set(text, GRUBENV_PENDING);
	grub->failed = grubenv_is_set(text, GRUBENV_FAILED);
	grub->next_entry = grubenv_value(text, "next_entry");
	if (grub->next_entry != NULL && grub->next_entry[0] == '\0') {
		free(grub->next_entry);
		grub->next_entry = NULL;
	}
}

static void add_images(struct grub *grub, const char *body)
{
	CLEANUP_FREE char *why = NULL;
	struct menu menu;

	if (menu_read(body, &menu, &why) < 0)
		return;
	for (size_t i = 0; i < menu.count; i++) {
		CLEANUP_FREE char *image = menu_initrd(menu.entry[i].body);

		if (image != NULL)
			lines_add(&grub->images, "%s", path_name(image));
	}
	menu_free(&menu);
}

static void read_section(struct grub *grub, const char *config)
{
	CLEANUP_FREE char *section = grub_section(config);
	CLEANUP_FREE char *why = NULL;
	struct menu menu;

	if (section == NULL || menu_read(section, &menu, &why) < 0)
		return;
	for (size_t i = 0; i < menu.count; i++) {
		const struct menu_entry *entry = &menu.entry[i];

		if (!entry->submenu && strcmp(entry->id, GRUB_ENTRY_ID) == 0)
			grub->present = true;
		else if (entry->submenu && strcmp(entry->id, GRUB_SUBMENU_ID) == 0)
			add_images(grub, entry->body);
	}
	menu_free(&menu);
	if (grub->present)
		grub_inputs_parse(section, &grub->inputs);
}

void grub_read(struct grub *grub)
{
	CLEANUP_FREE char *path = grub_file("grub.cfg");
	CLEANUP_FREE char *config = NULL;

	*grub = (struct grub){0};
	grub->here = grub_directory() != NULL;
	read_variables(grub);
	if (root_read(path, &config, NULL) == 0)
		read_section(grub, config);
}

void grub_free(struct grub *grub)
{
	free(grub->next_entry);
	free(grub->trouble);
	grub_inputs_free(&grub->inputs);
	lines_free(&grub->images);
	*grub = (struct grub){0};
}

bool grub_has_kernel(const struct grub *grub, const struct kernel *kernel)
{
	for (size_t i = 0; kernel->image != NULL && i < grub->images.count; i++)
		if (strcmp(grub->images.line[i], path_name(kernel->image)) == 0)
			return true;
	return false;
}

/* Whether an entry's image is that of a kernel that is ready. */
static bool is_ready(const struct kernels *kernels, const char *image)
{
	for (size_t i = 0; i < kernels->count; i++)
		if (kernels->kernel[i].image != NULL && kernels->kernel[i].ready &&
			strcmp(path_name(kernels->kernel[i].image), image) == 0)
			return true;
	return false;
}

bool grub_is_current(const struct grub *grub, const struct grub_inputs *inputs,
	const struct kernels *kernels)
{
	if (!grub->present || grub->inputs.words == NULL ||
		!grub_inputs_same(&grub->inputs, inputs))
		return false;
	for (size_t i = 0; i < kernels->count; i++)
		if (kernels->kernel[i].ready &&
			!grub_has_kernel(grub, &kernels->kernel[i]))
			return false;
	for (size_t i = 0; i < grub->images.count; i++)
		if (!is_ready(kernels, grub->images.line[i]))
			return false;
	return true;
}

int grub_set(enum grub_switch to, bool *changed, char **why)
{
	/* All four are there from the first on, so that GRUB has room for its marks. */
	static const char *const off[] = {
		GRUBENV_ENABLED "=0", GRUBENV_ONCE "=0", GRUBENV_FAILED "=0", NULL};
	static const char *const on[] = {GRUBENV_ENABLED "=1", GRUBENV_ONCE "=0",
		GRUBENV_PENDING "=0", GRUBENV_FAILED "=0", NULL};
	static const char *const once[] = {GRUBENV_ENABLED "=0", GRUBENV_ONCE "=1",
		GRUBENV_PENDING "=0", GRUBENV_FAILED "=0", NULL};
	CLEANUP_FREE char *text = NULL;
	int error = grubenv_read(&text, why);

	*changed = false;
	if (error < 0)
		return error;
	if (to != GRUB_OFF)
		return grubenv_change(to == GRUB_ONCE ? once : on, changed, why);
	/* Where nothing is on, nothing is written, not even zeros. */
	if (!grubenv_is_set(text, GRUBENV_ENABLED) &&
		!grubenv_is_set(text, GRUBENV_ONCE) &&
		!grubenv_is_set(text, GRUBENV_FAILED))
		return 0;
	return grubenv_change(off, changed, why);
}
