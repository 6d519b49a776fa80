/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This boot, the next boot, and what differs between them and the user's choice. */
#ifndef TOOLS_COMMANDS_STATUS_READ_H
#define TOOLS_COMMANDS_STATUS_READ_H

#include "tools/selection/conf.h"
#include "tools/pci/devices.h"
#include "tools/kernel/kernels.h"
#include "tools/boot/boot-loader.h"
#include "tools/selection/predict.h"
#include "tools/selection/boot-record.h"
#include "tools/system/journal-read.h"

struct difference {
	const char *id; /* stable */
	char *text;
	bool healthy; /* so it should be, or so the user wanted it */
};

struct status {
	struct devices devices;
	struct conf conf;
	char *conf_why; /* the conf cannot be read */
	struct prediction
		*choice; /* what the conf chooses, as the next boot would do it */
	char *cmdline;	 /* of the running kernel, "" if it cannot be read */
	struct prediction *running; /* what its flag speaks of, as things are now */
	bool has_record;
	struct record record;
	char *record_why; /* there is one, but it cannot be read */
	struct boot_state boot;
	struct prediction *next; /* what the next boot does; NULL if that is not known */
	struct kernels kernels;
	struct journal journal; /* empty if it cannot be read: then there is */
	char *journal_why;	/* a sentence */
	char *choice_line;	/* what `choice` was made from */
	struct difference *difference;
	size_t differences;
};

/* Reads everything. 0, or -errno and a sentence where there is nothing to tell. */
int status_read(struct status *status, char **why);
void status_free(struct status *status);

/* Adds a difference; `text` is malloc'ed, and freed with the rest. */
void status_add(struct status *status, bool healthy, const char *id, char *text);

/* Whether this boot's flag named devices. */
bool status_is_passthrough(const struct status *status);
/* Whether every difference is as it should be. */
bool status_is_healthy(const struct status *status);
/* Whether the conf, this boot's flag or the next boot's speaks of the function. */
bool status_concerns(const struct status *status, const struct pci_device *device);

#endif
