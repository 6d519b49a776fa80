/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/grub/archive-entry.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/inputs.h"
#include "tools/boot/grub/menu.h"
#include "tools/boot/grub/next.h"
#include "tools/boot/grub/section.h"
#include "tools/boot/grub/state.h"
#include "tools/boot/state.h"
#include "tools/kernel/kernels.h"
#include "tools/system/root.h"

static void read_variables(struct boot_state *state, const char *variables)
{
	CLEANUP_FREE char *pending = NULL;

	state->on = grubenv_is_set(variables, GRUBENV_ENABLED);
	state->once = grubenv_is_set(variables, GRUBENV_ONCE);
	state->pending = grubenv_is_set(variables, GRUBENV_PENDING);
	state->failed = grubenv_is_set(variables, GRUBENV_FAILED);
	pending = grubenv_value(variables, GRUBENV_PENDING);
	if (pending != NULL && strcmp(pending, GRUBENV_STOPPED) == 0)
		state->stopped = STOPPED_NOW;
	else if (pending != NULL && strcmp(pending, GRUBENV_STOPPED_SEEN) == 0)
		state->stopped = STOPPED_BEFORE;
}

/* The version of the kernel whose image this is; NULL if none here has it. */
static const char *version_of(const struct kernels *kernels, const char *image)
{
	for (size_t i = 0; i < kernels->count; i++)
		if (kernels->kernel[i].image != NULL &&
			strcmp(path_name(kernels->kernel[i].image), image) == 0)
			return kernels->kernel[i].version;
	return NULL;
}

static void add_kernel(
	struct boot_state *state, const char *version, enum carrier carrier)
{
	lines_add(&state->kernels, "%s", version);
	if (carrier == CARRIER_BEHIND)
		lines_add(&state->behind, "%s", version);
	else if (carrier == CARRIER_IN_FRONT)
		lines_add(&state->in_front, "%s", version);
}

/* An entry is for the kernel whose image it loads: a kernel whose image was made anew
 * under another name has none. */
static void add_kernels(struct boot_state *state, const char *body)
{
	CLEANUP_FREE char *why = NULL;
	struct kernels kernels;
	struct menu menu;

	if (menu_read(body, &menu, &why) < 0)
		return;
	kernels_find(&kernels);
	for (size_t i = 0; i < menu.count; i++) {
		CLEANUP_FREE char *image = menu_initrd(menu.entry[i].body);
		const char *name = image != NULL ? path_name(image) : NULL;
		const char *version = name != NULL ? version_of(&kernels, name) : NULL;

		if (name != NULL)
			add_kernel(state, version != NULL ? version : name,
				grub_carrier(menu.entry[i].body));
	}
	kernels_free(&kernels);
	menu_free(&menu);
}

/* What the entry was made from, as its comment says; or what it passes to the kernel, if
 * that is something else: a "#" or ";" in between ends the line for GRUB. */
static void read_inputs(
	struct boot_state *state, const char *section, const struct menu_entry *entry)
{
	struct entry_inputs *inputs = &state->inputs;

	if (!grub_inputs_parse(section, inputs) ||
		menu_passes_flag(entry->body, inputs->parameters))
		return;
	free(inputs->parameters);
	inputs->parameters = menu_parameters(entry->body);
}

static void read_section(struct boot_state *state, const char *config)
{
	CLEANUP_FREE char *section = grub_section(config);
	CLEANUP_FREE char *why = NULL;
	struct menu menu;

	if (section == NULL || menu_read(section, &menu, &why) < 0)
		return;
	for (size_t i = 0; i < menu.count; i++) {
		const struct menu_entry *entry = &menu.entry[i];

		if (!entry->submenu && strcmp(entry->id, GRUB_ENTRY_ID) == 0) {
			state->present = true;
			entry_inputs_free(&state->inputs);
			read_inputs(state, section, entry);
		} else if (entry->submenu && strcmp(entry->id, GRUB_SUBMENU_ID) == 0)
			add_kernels(state, entry->body);
	}
	menu_free(&menu);
}

void grub_read(struct boot_state *state)
{
	CLEANUP_FREE char *path = grub_file("grub.cfg");
	CLEANUP_FREE char *config = NULL, *variables = NULL;
	int error = root_read(path, &config, NULL);

	if (grubenv_read(&variables, &state->trouble) == 0)
		read_variables(state, variables);
	if (error == 0)
		read_section(state, config);
	if (error < 0)
		state->why = format_text(
			"cannot read %s%s: %s", root_directory, path, strerror(-error));
	else if (state->trouble != NULL)
		state->why = copy_text(state->trouble);
	else
		grub_find_next(state, variables, config);
}
