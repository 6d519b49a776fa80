/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot loader will do at the next power-on. */
#ifndef TOOLS_LOADER_H
#define TOOLS_LOADER_H

#include "tools/grub-inputs.h"

enum next_entry {
	NEXT_UNKNOWN,
	NEXT_NORMAL,
	NEXT_PASSTHROUGH,
};

struct loader {
	enum next_entry next;
	char *why; /* a clause without a full stop on `next` */
	/* The kernel command line that it will give: of our entry, or of the first normal
	 * one; NULL if that is not known. */
	char *words;
	bool found;		   /* GRUB is here, and what follows is known */
	bool entries;		   /* our entries are in grub.cfg */
	struct grub_inputs inputs; /* what they were made from; words NULL if not known */
	bool enabled, once;	   /* the switch, in grubenv */
	bool pending;		   /* a passthrough boot has not been confirmed */
	bool failed;		   /* one never was, and the guard went back to normal */
};

void loader_read(struct loader *loader);
/* "unknown", "normal", "passthrough" */
const char *next_entry_text(enum next_entry next);
void loader_free(struct loader *loader);

#endif
