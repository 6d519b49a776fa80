/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The containers of Incus and LXD: the backup.yaml that the daemon keeps beside each, and
 * the lxc.conf with which it was started last.
 */
#ifndef TOOLS_GUESTS_DAEMON_CONTAINERS_H
#define TOOLS_GUESTS_DAEMON_CONTAINERS_H

#include "tools/guests/container-guest.h"

/* Adds them to the `*count` containers in `*list`: 0, or the first error. What it
 * allocates lives as long as the program. */
int daemon_containers_read(struct container_guest **list, size_t *count);

#endif
