/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The graphics nodes that a container's configuration speaks of. Pure. */
#ifndef TOOLS_GUESTS_GPU_NODES_H
#define TOOLS_GUESTS_GPU_NODES_H

#include "tools/guests/node-kinds.h"
#include "tools/guests/pve-container.h"

/* The rule that has the last word on reading and writing a node: true if it may be used.
 * `*decides` is that rule, or NULL if none speaks of it. The rules of the main section
 * only. */
bool container_allows(const struct container *container, char type, int64_t major,
	int64_t minor, const struct container_rule **decides);

/* Whether a devN of the main section gives this node of the host's: PVE makes it, and a
 * rule for it. */
bool container_has_device(const struct container *container, const char *path);

/* Whether the configuration speaks of graphics nodes in any section, or in a line that
 * PVE drops. */
bool container_wants_gpu(const struct container *container);

/* A node that the container shall have, from devN, lxc.mount.entry or a hook's script. */
struct wanted_node {
	const struct pve_line *from;
	struct span name;   /* as which it is known: "/dev/nvidia0" */
	struct span source; /* where it is on the host; mostly the same */
	struct span target; /* in the container, without the slash in front */
	bool device;	    /* devN: PVE makes the node and its rule */
	bool hook;	    /* a hook's script brings it in */
	bool made;	    /* that script makes it anew, by its numbers */
	bool optional;	    /* a missing source is passed over in silence */
	bool directory;	    /* create=dir, or a path that is known to be one */
	const struct container_device *entry; /* of a devN; else NULL */
};
/* The graphics nodes of the main section; malloc'ed, `*count` of them. */
struct wanted_node *container_wanted(const struct container *container, size_t *count);
/* The same of every section: what was meant, perhaps, and has no effect. */
struct wanted_node *container_named(const struct container *container, size_t *count);

#endif
