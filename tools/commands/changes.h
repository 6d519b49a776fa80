/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command has changed, and how it tells. */
#ifndef TOOLS_COMMANDS_CHANGES_H
#define TOOLS_COMMANDS_CHANGES_H

#include "tools/text/lines.h"
#include "tools/text/string.h"

struct options;

struct changes {
	bool changed;
	bool reboot_required; /* the running system is not yet as the next boot will be */
	struct lines steps;   /* in the order in which they were taken */
	struct lines refused; /* reasons why nothing was done */
	struct lines notes;   /* what the user should know besides */
};

/*
 * Prints the steps for people, or one JSON document. `failure` is NULL or the sentence
 * about what went wrong after them. With --dry-run they are told as what would be done.
 * 0, or -errno if it cannot be written.
 */
int changes_print(const struct options *options, const struct changes *changes,
	const char *failure);
/* Adds a note where the reboot that is needed would go past the boot loader. */
void changes_note_kexec(struct changes *changes);
void changes_free(struct changes *changes);

#endif
