/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio-early as it is, and one boot loader more: "Double", as small as one can be. It
 * reads /boot/double/menu, whose first line is the parameters of a passthrough boot and
 * each other one the version of a kernel, and /boot/double/switch: words, of those in
 * `marks`.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/boot/boot-loader.h"
#include "tools/kernel/kernels.h"
#include "tools/system/root.h"
#include "tools/system/write.h"
#include "tools/text/string.h"

#define DIRECTORY "/boot/double"
#define MENU DIRECTORY "/menu"
#define SWITCH DIRECTORY "/switch"

static enum boot_proof double_here(const struct boot_evidence *evidence, char **why)
{
	(void)evidence;
	*why = NULL;
	return root_exists(DIRECTORY) ? BOOT_PROVEN : BOOT_NOT_HERE;
}

static char *double_missing(void)
{
	return format_text("%s" DIRECTORY, root_directory);
}

static void read_menu(struct boot_state *state)
{
	CLEANUP_FREE char *text = NULL;
	char *rest = NULL;

	if (root_read(MENU, &text, NULL) < 0)
		return;
	state->present = true;
	state->inputs = (struct entry_inputs){
		.parameters = copy_text(strtok_r(text, "\n", &rest)),
		.guard = {.save = true, .on = true},
	};
	for (char *line; (line = strtok_r(NULL, "\n", &rest)) != NULL;)
		lines_add(&state->kernels, "%s", line);
}

static void double_read(struct boot_state *state)
{
	CLEANUP_FREE char *marks = root_read_word(SWITCH);
	const char *said = marks != NULL ? marks : "";

	read_menu(state);
	state->on = strcmp(said, "on") == 0;
	state->once = strcmp(said, "once") == 0;
	state->pending = strcmp(said, "pending") == 0;
	state->failed = strcmp(said, "failed") == 0;
	state->next = state->on || state->once ? NEXT_PASSTHROUGH : NEXT_NORMAL;
	state->why = format_text("its switch says '%s'", said);
	if (state->next == NEXT_PASSTHROUGH && state->present)
		state->parameters = copy_text(state->inputs.parameters);
}

static void double_guard(struct boot_guard *guard)
{
	*guard = (struct boot_guard){.save = true, .on = true};
}

static char *double_obstacle(const struct boot_guard *guard, enum boot_switch to)
{
	return guard->save || to != BOOT_ONCE ? NULL : copy_text("never");
}

static char *double_command(void)
{
	return copy_text("double-menu");
}

static char *double_menu(void)
{
	return copy_text(MENU);
}

static char *double_switch(void)
{
	return copy_text(SWITCH);
}

static int double_make_entries(const struct entry_inputs *inputs,
	const struct kernels *kernels, bool *changed, struct lines *notes, char **why)
{
	CLEANUP_FREE char *text = format_text("%s\n", inputs->parameters);

	for (size_t i = 0; i < kernels->count; i++)
		if (kernels->kernel[i].ready)
			text_append(&text, "%s\n", kernels->kernel[i].version);
	lines_add(notes, "Double has %zu lines", kernels->count + 1);
	return write_file(MENU, text, strlen(text), changed, why);
}

static int write_switch(const char *mark, bool *changed, char **why)
{
	return write_file(SWITCH, mark, strlen(mark), changed, why);
}

static int double_set(enum boot_switch to, bool *changed, char **why)
{
	static const char *const marks[] = {
		[BOOT_OFF] = "off", [BOOT_ON] = "on", [BOOT_ONCE] = "once"};

	*changed = false;
	if (to == BOOT_OFF && !root_exists(SWITCH))
		return 0;
	return write_switch(marks[to], changed, why);
}

static int double_confirm(bool *changed, char **why)
{
	CLEANUP_FREE char *mark = root_read_word(SWITCH);

	*changed = false;
	if (mark == NULL || strcmp(mark, "pending") != 0)
		return 0;
	return write_switch("on", changed, why);
}

/* It keeps no account of boots that were stopped. */
static int double_stop(bool *changed, char **why)
{
	(void)why;
	*changed = false;
	return 0;
}

static const struct boot_loader boot_loader_double = {
	.name = "Double",
	.menu = "its menu",
	.place_of_parameters = "its book",
	.failed_mark = "failed",
	.here = double_here,
	.missing = double_missing,
	.read = double_read,
	.guard = double_guard,
	.obstacle = double_obstacle,
	.command = double_command,
	.place_of_entries = double_menu,
	.place_of_switch = double_switch,
	.make_entries = double_make_entries,
	.set = double_set,
	.confirm = double_confirm,
	.stop = double_stop,
};

/* In place of that of tools/boot/loaders.c. */
const struct boot_loader *const boot_loaders[] = {
	&boot_loader_double, &boot_loader_grub, NULL};
