/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The graphics nodes that a container's configuration speaks of. Pure. */
#ifndef TOOLS_GUESTS_GPU_NODES_H
#define TOOLS_GUESTS_GPU_NODES_H

#include "tools/guests/pve-container.h"

/* What kind of graphics node a path under /dev is; the path may be a directory. */
enum gpu_node {
	GPU_NODE_NONE,
	GPU_NODE_NVIDIA,     /* /dev/nvidia0: one GPU */
	GPU_NODE_NVIDIA_ALL, /* nvidiactl, nvidia-uvm, nvidia-caps, …: for every GPU */
	GPU_NODE_DRI,	     /* /dev/dri and what is in it */
	GPU_NODE_KFD,	     /* /dev/kfd: AMD compute */
};
enum gpu_node gpu_node_kind(struct span path);
/* /dev/nvidia3 is 3; -1 for every other path. */
int gpu_node_minor(struct span path);

/* The rule that has the last word on a node: true if it may be used. `*decides` is that
 * rule, or NULL if none speaks of it. The rules of the main section only. */
bool container_allows(const struct container *container, char type, int64_t major,
	int64_t minor, const struct container_rule **decides);

/* Whether the configuration speaks of graphics nodes in any section, or in a line that
 * PVE drops. */
bool container_wants_gpu(const struct container *container);

/* A node that the container shall have, from devN or lxc.mount.entry. */
struct wanted_node {
	const struct pve_line *from;
	struct span source; /* on the host: "/dev/nvidia0" */
	struct span target; /* in the container, without the slash in front */
	bool device;	    /* devN: PVE makes the node and its rule */
	bool optional;	    /* a missing source is passed over in silence */
	bool directory;	    /* create=dir, or a path that is known to be one */
	const struct container_device *entry; /* of a devN; else NULL */
};
/* The graphics nodes of the main section; malloc'ed, `*count` of them. */
struct wanted_node *container_wanted(const struct container *container, size_t *count);
/* The same of every section: what was meant, perhaps, and has no effect. */
struct wanted_node *container_named(const struct container *container, size_t *count);

#endif
