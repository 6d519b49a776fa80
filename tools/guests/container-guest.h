/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A container of this machine: its configuration as read, and whether it runs. */
#ifndef TOOLS_GUESTS_CONTAINER_GUEST_H
#define TOOLS_GUESTS_CONTAINER_GUEST_H

#include "tools/guests/container-words.h"
#include "tools/guests/pve-container.h"
#include "tools/text/lines.h"

struct container_guest {
	enum container_system system;
	char *id;      /* what its system calls it: "901", "web" */
	char *project; /* of Incus or LXD; NULL: the usual one, or another system's */
	char *name;    /* "container 901", "LXC container web" */
	char *path;    /* "/etc/pve/lxc/901.conf", "/var/lib/lxc/web/config" */
	char *text;
	struct container conf;
	struct container_words words;
	/* Why its configuration cannot be read although it is there, as -errno; 0 */
	int error;
	/* What LXC was given when it was last started; effective_text NULL: unreadable,
	 * or LXC keeps no copy (effective_path NULL) */
	char *effective_path;
	char *effective_text;
	struct container effective;
	long pid;	   /* a process inside; 0: it does not run */
	long long started; /* when that process started, seconds since the epoch; 0 */
};

/* Adds the graphics nodes that the running container has: "/dev/dri/renderD128". */
void container_guest_sees(const struct container_guest *guest, struct lines *nodes);
/* The number that a group, "render", has inside the running container; false if it has
 * none, or that cannot be read. */
bool container_group_number(
	const struct container_guest *guest, const char *name, uint32_t *number);
/* The group that has the number inside: 1 and its malloc'ed name, 0 if none has it, or
 * -errno if that cannot be read. */
int container_group_name(
	const struct container_guest *guest, uint32_t number, char **name);
/* Where a line of its configuration stands: "/etc/pve/lxc/901.conf:14"; malloc'ed. */
char *container_line_path(
	const struct container_guest *guest, const struct pve_line *line);

/* Whether this host has cgroup v1, with its own device rules. */
bool container_uses_cgroup1(void);
/* A process in a control group of a container, "lxc/901"; 0: none runs. */
long container_cgroup_process(const char *cgroup);
/* Reads Proxmox's container `id`: 0 or -errno. What it allocates lives as long as the
 * program. */
int container_guest_read(long id, struct container_guest *guest);
/* What is the same for all of them once system, id, project, path and conf are there:
 * whether it runs, its hooks, its words. `cgroup` is its control group, "lxc/901". */
void container_guest_complete(struct container_guest *guest, const char *cgroup);

#endif
