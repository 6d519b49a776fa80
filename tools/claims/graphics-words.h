/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words and the options of modules by which the host's graphics drivers are kept from
 * their cards. */
#ifndef TOOLS_CLAIMS_GRAPHICS_WORDS_H
#define TOOLS_CLAIMS_GRAPHICS_WORDS_H

#include "cmdline/cmdline.h"
#include "tools/claims/claim.h"

/* One word of a kernel command line. False: it is another word. */
bool claims_in_graphics_word(struct claims *claims, const struct parameter *word,
	const char *who, const char *path, unsigned int line);

/* The options of a module, as in modprobe.d's "options MODULE OPTION..."; `text` is the
 * line that they stand in. */
void claims_in_graphics_options(struct claims *claims, struct span module,
	struct span options, struct span text, const char *who, const char *path,
	unsigned int line);

#endif
