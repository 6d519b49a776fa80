/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the next boot needs of the functions that are to leave the host: a list of needs,
 * to which each source (fstab.h, crypttab.h, ...) adds those that it knows of.
 */
#ifndef TOOLS_NEEDS_NEED_H
#define TOOLS_NEEDS_NEED_H

#include "tools/pci/devices.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"

enum need_weight {
	NEED_WARNING, /* the boot misses it, which a person should know */
	NEED_FORCE,   /* likewise, but no one can have wanted it without saying so */
	NEED_REFUSED, /* there is no root without it */
};

struct need {
	const struct pci_device *device;
	enum need_weight weight;
	char *sentence; /* a clause on the device, without a full stop */
};

struct needs {
	struct need *need;
	size_t count;
};

/* What the sources are asked about. */
struct next_boot {
	const struct pci_device **chosen; /* every function that leaves the host */
	size_t count;
	const char *line; /* the kernel command line, without a newline */
};

void need_add(struct needs *needs, const struct pci_device *device,
	enum need_weight weight, const char *format, ...) PRINTF(4, 5);
void needs_free(struct needs *needs);

#endif
