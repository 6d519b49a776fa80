/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/boot/state.h"

void entry_inputs_free(struct entry_inputs *inputs)
{
	free(inputs->parameters);
	free(inputs->guard.reason);
	*inputs = (struct entry_inputs){0};
}

void boot_state_free(struct boot_state *state)
{
	free(state->evidence);
	free(state->trouble);
	free(state->why);
	free(state->parameters);
	entry_inputs_free(&state->inputs);
	lines_free(&state->kernels);
	lines_free(&state->behind);
	lines_free(&state->in_front);
	*state = (struct boot_state){0};
}

/* What the entry loads is what makes this kernel ready: nothing less, and nothing that
 * may be taken away. */
static bool is_carried_so(const struct boot_state *state, const struct kernel *kernel)
{
	return lines_has(&state->behind, kernel->version) ==
		       (kernel->carrier == CARRIER_BEHIND) &&
	       lines_has(&state->in_front, kernel->version) ==
		       (kernel->carrier == CARRIER_IN_FRONT);
}

bool boot_has_kernel(const struct boot_state *state, const struct kernel *kernel)
{
	return lines_has(&state->kernels, kernel->version) &&
	       is_carried_so(state, kernel);
}

const struct kernel *boot_kernel_without_entry(
	const struct boot_state *state, const struct kernels *kernels)
{
	for (size_t i = 0; i < kernels->count; i++)
		if (kernels->kernel[i].ready &&
			!boot_has_kernel(state, &kernels->kernel[i]))
			return &kernels->kernel[i];
	return NULL;
}

static bool version_is_ready(const struct kernels *kernels, const char *version)
{
	for (size_t i = 0; i < kernels->count; i++)
		if (kernels->kernel[i].ready &&
			strcmp(kernels->kernel[i].version, version) == 0)
			return true;
	return false;
}

bool boot_is_made_from(const struct boot_state *state, const struct entry_inputs *inputs)
{
	const struct entry_inputs *made = &state->inputs;

	return made->parameters != NULL &&
	       strcmp(made->parameters, inputs->parameters) == 0 &&
	       made->guard.save == inputs->guard.save &&
	       made->guard.on == inputs->guard.on;
}

bool boot_is_current(const struct boot_state *state, const struct entry_inputs *inputs,
	const struct kernels *kernels)
{
	if (!state->present || !boot_is_made_from(state, inputs) ||
		boot_kernel_without_entry(state, kernels) != NULL)
		return false;
	for (size_t i = 0; i < state->kernels.count; i++)
		if (!version_is_ready(kernels, state->kernels.line[i]))
			return false;
	return true;
}

const char *next_entry_text(enum next_entry next)
{
	switch (next) {
	case NEXT_UNKNOWN:
		return "unknown";
	case NEXT_NORMAL:
		return "normal";
	case NEXT_PASSTHROUGH:
		return "passthrough";
	}
	return "";
}
