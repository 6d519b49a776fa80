/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of `enable`, in an order that leaves nothing contradictory wherever it ends.
 */
#ifndef TOOLS_COMMANDS_ENABLE_STEPS_H
#define TOOLS_COMMANDS_ENABLE_STEPS_H

#include "tools/commands/changes.h"
#include "tools/selection/conf.h"
#include "tools/boot/boot-loader.h"
#include "tools/images/prepare.h"

struct enabling {
	struct conf *conf;   /* as loaded; gets the devices */
	const char *devices; /* the flag's value that is wanted */
	enum boot_switch to; /* BOOT_ON or BOOT_ONCE */
	enum carry carry;    /* what brings the early program into the boots */

	struct entry_inputs inputs; /* of the entries as they then are */
	char *loader; /* "GRUB: ..." and what shows that it boots this machine; NULL: none
		       */
	struct changes changes; /* what was done, or with --dry-run would be */
};

/*
 * Writes the conf, makes the images ready, makes the boot entries anew if they would
 * change, and switches last; each only where it is not so already. What cannot end well
 * is refused before the first step. If a step fails, the switch is off. 0, or -errno and
 * a sentence.
 */
int enable_devices(struct enabling *enabling, char **why);
void enabling_free(struct enabling *enabling);

/* Whether the running system was booted with this value of the flag; NULL: with any. */
bool booted_with(const char *devices);

#endif
