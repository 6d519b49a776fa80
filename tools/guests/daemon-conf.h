/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an instance of Incus or LXD says about device nodes, as a container. */
#ifndef TOOLS_GUESTS_DAEMON_CONF_H
#define TOOLS_GUESTS_DAEMON_CONF_H

#include "tools/guests/pve-container.h"

/*
 * Reads the text of a backup.yaml: its gpu, unix-char and disk devices, raw.lxc and
 * security.*. A gpu device gives the nodes that its cards have now. 0, or -EINVAL if it
 * is no such file. What it allocates lives as long as the program.
 */
int daemon_conf_read(struct span text, struct container *container);

#endif
