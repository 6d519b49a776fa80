/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio-early.conf: what the user chose. */
#ifndef TOOLS_SELECTION_CONF_H
#define TOOLS_SELECTION_CONF_H

#include "tools/text/lines.h"
#include "tools/text/string.h"

extern const char conf_path[]; /* SYSCONFDIR of the Makefile */

struct conf {
	/* The flag's value, "1234:1111@00:02.0/00,..."; NULL or "" if nothing is chosen.
	 */
	char *devices;
	/* The file as it was read, so that a person's comments stay. */
	struct lines original;
};

/*
 * Reads the file below --root; one that is not there is an empty conf. 0, or -errno and a
 * sentence with file and line.
 */
int conf_load(struct conf *conf, char **why);
/* Replaces the devices (NULL chooses nothing). */
void conf_set_devices(struct conf *conf, const char *devices);
/* The whole text of the file, for whoever writes it. malloc'ed. */
char *conf_format(const struct conf *conf);
void conf_free(struct conf *conf);

#endif
