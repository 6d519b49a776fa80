/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LXC's own files, "key = value", with what they include (lxc.container.conf(5),
 * src/lxc/confile.c parse_line and set_config_includefiles).
 */
#ifndef TOOLS_GUESTS_LXC_CONF_H
#define TOOLS_GUESTS_LXC_CONF_H

#include "tools/guests/pve-conf.h"

/* `what` of the problem of a key that was renamed and is refused since LXC 3. */
extern const char lxc_renamed_key[];

/* Adds the lines of a text to `*conf`, which is empty or has those before them. Includes
 * are lines like others. Pure. */
void lxc_conf_add(struct span text, struct pve_conf *conf);

/* The same of a file, with what it includes in the place of the include, and what its
 * fstab mounts as lxc.mount.entry. 0, or -errno if the file itself cannot be read. What
 * it allocates lives as long as the program. */
int lxc_conf_load(const char *path, char **text, struct pve_conf *conf);

#endif
