/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device nodes, owners and times: what stat says of a path below --root. */
#ifndef TOOLS_SYSTEM_NODE_H
#define TOOLS_SYSTEM_NODE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A made-up root holds a file of this name with one line a node, in place of nodes that
 * only root could make: PATH TAB "TYPE MAJOR:MINOR MODE UID GID CHANGED", for example
 * "/dev/nvidia0\tc 195:0 0660 0 44 1700000000". TYPE is c, b, f, d or l; MAJOR:MINOR of
 * no meaning for the last three; CHANGED is the time of the last change in seconds. A "-"
 * in their place takes back what a line above said.
 */
#define NODE_TABLE "/.vfio-early-nodes"

struct node {
	char type; /* c, b, f, d, l; another kind: ? */
	unsigned int major, minor;
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
	long long changed; /* st_ctime, seconds since the epoch */
};

/* 0 or -errno. A symbolic link is followed, except at the root itself. */
int node_read(const char *path, struct node *node);

#endif
