/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The containers of plain LXC: /var/lib/lxc/NAME/config. */
#ifndef TOOLS_GUESTS_LXC_CONTAINERS_H
#define TOOLS_GUESTS_LXC_CONTAINERS_H

#include "tools/guests/container-guest.h"

/*
 * Adds them to the `*count` containers in `*list`; on a Proxmox host not those with a
 * number for a name, which are Proxmox's own. 0, or the first error: what could be read
 * is there all the same. What it allocates lives as long as the program.
 */
int lxc_containers_read(bool proxmox, struct container_guest **list, size_t *count);

#endif
