/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /run/vfio-early/boot: what the early program wrote down about this boot. */
#ifndef TOOLS_SELECTION_BOOT_RECORD_H
#define TOOLS_SELECTION_BOOT_RECORD_H

#include "cmdline/selector.h"
#include "hook/outcome.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"

#define RECORD_PATH "/run/vfio-early/boot"

struct record_line {
	struct pci_address address;
	uint16_t vendor;
	uint16_t device;
	enum outcome outcome;
	char *before; /* drivers; "" is none */
	char *after;
	char *driver; /* the VFIO driver that was wanted */
	char *reason; /* "" if there is none */
};

struct record {
	char *flag;	     /* its value as read */
	struct lines errors; /* a sentence for each wrong word */
	uint64_t start;	     /* microseconds since boot */
	uint64_t end;
	struct record_line *line; /* one for each function that the flag named */
	size_t count;
};

/*
 * Reads the record. 0; -ENOENT without a sentence if there is none: the early program did
 * not run, or found nothing to do; -errno and a sentence with file and line.
 */
int record_read(struct record *record, char **why);
void record_free(struct record *record);

/* NULL if the record does not speak of this function. */
const struct record_line *record_of(
	const struct record *record, const struct pci_address *address);

/* What has become of a function that the record speaks of. */
enum record_fate {
	FATE_AS_WANTED,	   /* it is with the driver that was wanted */
	FATE_CHANGED,	   /* it was given to that, and is with another now */
	FATE_NOT_TAKEN,	   /* it stayed with the host */
	FATE_WITH_CARD,	   /* because of another function, which has a line of its own */
	FATE_BOOT_DISPLAY, /* an ID that also fits the boot display is no mistake */
};
/* `driver`: the one that has the function now. */
enum record_fate record_fate(const struct record_line *line, const char *driver);

#endif
