/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same decisions as in takeover.c, which GRUB carries out. */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/menu.h"
#include "tools/boot/grub/next.h"
#include "tools/boot/grub/section.h"

static void decide_next(struct boot_state *state, enum next_entry next, const char *why)
{
	state->next = next;
	state->why = copy_text(why);
}

/* grub-reboot NAME, or a saved entry that the user's own configuration makes default. */
static bool is_chosen(const char *entry)
{
	return entry != NULL && text_begins(entry, GRUB_ENTRY_ID);
}

/* The default of the user's own configuration, GRUB_DEFAULT=saved. */
static bool is_saved_default(const char *variables, const char *config)
{
	CLEANUP_FREE char *saved = grubenv_value(variables, "saved_entry");

	return strstr(config, "set default=\"${saved_entry}\"") != NULL &&
	       is_chosen(saved);
}

/* GRUB_DEFAULT=vfio-early, as 00_header writes it; our own section has no quotes there.
 */
static bool is_own_default(const char *config)
{
	return strstr(config, "set default=\"" GRUB_ENTRY_ID) != NULL;
}

/* What grub-reboot chose goes before all. */
static bool follow_one_boot(struct boot_state *state, const char *variables)
{
	CLEANUP_FREE char *entry = grubenv_value(variables, "next_entry");

	if (entry == NULL || entry[0] == '\0')
		return false;
	decide_next(state, is_chosen(entry) ? NEXT_PASSTHROUGH : NEXT_NORMAL,
		"chosen for one boot with grub-reboot");
	return true;
}

static void follow_takeover(
	struct boot_state *state, const char *variables, const char *config)
{
	bool failed = state->failed || (state->pending && state->inputs.guard.on);

	if (!state->present)
		decide_next(state, NEXT_NORMAL, "grub.cfg has no entry of vfio-early");
	else if (failed)
		decide_next(state, NEXT_NORMAL,
			state->failed ? "the last passthrough boot did not come up"
				      : "this passthrough boot is not confirmed yet");
	else if (state->stopped == STOPPED_NOW && state->inputs.guard.on)
		decide_next(state, NEXT_NORMAL,
			"this passthrough boot was stopped before it had started up");
	else if (state->once && state->inputs.guard.save)
		decide_next(
			state, NEXT_PASSTHROUGH, "for one boot, as enable --once said");
	else if (state->on)
		decide_next(state, NEXT_PASSTHROUGH, "until 'vfio-early disable'");
	else if (is_saved_default(variables, config))
		decide_next(
			state, NEXT_PASSTHROUGH, "the entry was saved as GRUB's default");
	else if (is_own_default(config))
		decide_next(state, NEXT_PASSTHROUGH, "as GRUB_DEFAULT says");
	else
		decide_next(state, NEXT_NORMAL, "passthrough is not enabled");
}

/* Somebody may have put the flag into the normal entries by hand. */
static char *normal_parameters(const char *config)
{
	CLEANUP_FREE char *why = NULL;
	char *parameters = NULL;
	struct menu menu;

	if (menu_read(config, &menu, &why) < 0)
		return NULL;
	for (size_t i = 0; i < menu.count && parameters == NULL; i++)
		if (!menu.entry[i].submenu && !is_chosen(menu.entry[i].id))
			parameters = menu_parameters(menu.entry[i].body);
	menu_free(&menu);
	return parameters;
}

void grub_find_next(struct boot_state *state, const char *variables, const char *config)
{
	if (!follow_one_boot(state, variables))
		follow_takeover(state, variables, config);
	if (state->next == NEXT_NORMAL)
		state->parameters = normal_parameters(config);
	else if (state->inputs.parameters != NULL)
		state->parameters = copy_text(state->inputs.parameters);
}
