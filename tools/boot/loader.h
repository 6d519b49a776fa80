/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot loader will do at the next power-on. */
#ifndef TOOLS_BOOT_LOADER_H
#define TOOLS_BOOT_LOADER_H

#include "tools/boot/grub/grub.h"

enum next_entry {
	NEXT_UNKNOWN,
	NEXT_NORMAL,
	NEXT_PASSTHROUGH,
};

struct loader {
	struct grub grub;
	enum next_entry next;
	char *why; /* a clause without a full stop on `next` */
	/* The kernel command line that it will give: of our entry, or of the first normal
	 * one; NULL if that is not known. */
	char *words;
};

void loader_read(struct loader *loader);
void loader_free(struct loader *loader);

/* "unknown", "normal", "passthrough" */
const char *next_entry_text(enum next_entry next);

#endif
