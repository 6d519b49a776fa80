/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was read of a boot loader, compared with what it should be. Pure. */
#ifndef TOOLS_BOOT_STATE_H
#define TOOLS_BOOT_STATE_H

#include "tools/boot/boot-loader.h"
#include "tools/kernel/kernels.h"

void boot_state_free(struct boot_state *state);
void entry_inputs_free(struct entry_inputs *inputs);

/* Whether there is an entry for this kernel, and loads all that makes it ready. */
bool boot_has_kernel(const struct boot_state *state, const struct kernel *kernel);
/* The first kernel that is ready and has no entry; NULL if there is none. */
const struct kernel *boot_kernel_without_entry(
	const struct boot_state *state, const struct kernels *kernels);
/* Whether the entries were made from these inputs. */
bool boot_is_made_from(const struct boot_state *state, const struct entry_inputs *inputs);
/* Whether the entries are those that would be made now: nothing to make anew. */
bool boot_is_current(const struct boot_state *state, const struct entry_inputs *inputs,
	const struct kernels *kernels);

/* "unknown", "normal", "passthrough" */
const char *next_entry_text(enum next_entry next);

#endif
