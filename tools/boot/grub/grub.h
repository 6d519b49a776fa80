/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB as it is set up now: the switch in grubenv, our section in grub.cfg. */
#ifndef TOOLS_BOOT_GRUB_GRUB_H
#define TOOLS_BOOT_GRUB_GRUB_H

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/boot/grub/inputs.h"
#include "tools/kernel/kernels.h"

struct grub {
	bool here; /* there is a grub.cfg */

	/* grubenv: what grubenv.h says of each variable. */
	bool enabled;
	bool once;
	bool pending;
	bool failed;
	char *next_entry; /* of grub-reboot, which goes before all; NULL if there is none
			   */
	char *trouble;	  /* a sentence: why grubenv cannot be read; NULL */

	/* grub.cfg */
	bool present; /* our entry is in it */
	/* What it was made from: words, guard. All empty if it is not present, or of
	 * another version of vfio-early. */
	struct grub_inputs inputs;
	struct lines
		images; /* the initramfs images of its entries, without directories */
};

void grub_read(struct grub *grub);
void grub_free(struct grub *grub);

/* Whether there is an entry for this kernel. */
bool grub_has_kernel(const struct grub *grub, const struct kernel *kernel);
/* Whether the entries are those that would be made now: nothing to update. */
bool grub_is_current(const struct grub *grub, const struct grub_inputs *inputs,
	const struct kernels *kernels);

/* 0, or -errno and a sentence, if grub-mkconfig would not call us. */
int grub_find_script(char **why);
/* The command that makes grub.cfg anew, for people; malloc'ed. */
char *grub_update_command(void);
/*
 * Runs it, and then looks into grub.cfg: 0 only if our entry is there, for these inputs
 * and every kernel that is ready. Where it failed and left a broken grub.cfg, the old one
 * is put back. `*changed`: grub.cfg is another one. Lines for `notes`: what changed there
 * that is not ours. 0, or -errno and a sentence.
 */
int grub_update(const struct grub_inputs *inputs, const struct kernels *kernels,
	bool *changed, struct lines *notes, char **why);

enum grub_switch {
	GRUB_OFF,
	GRUB_ON,
	GRUB_ONCE, /* for the next boot only */
};

/* Sets the switch in grubenv. 0, or -errno and a sentence. */
int grub_set(enum grub_switch to, bool *changed, char **why);

#endif
