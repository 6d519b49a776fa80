/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A container of this machine: its configuration as read, and whether it runs. */
#ifndef TOOLS_GUESTS_CONTAINER_GUEST_H
#define TOOLS_GUESTS_CONTAINER_GUEST_H

#include "tools/guests/pve-container.h"
#include "tools/text/lines.h"

struct container_guest {
	long id;
	char *name; /* "container 901" */
	char *path; /* "/etc/pve/lxc/901.conf" */
	char *text;
	struct container conf;
	/* What LXC was given when it was last started; effective_text NULL: unreadable */
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

/* Reads Proxmox's container `id`: 0 or -errno. What it allocates lives as long as the
 * program. */
int container_guest_read(long id, struct container_guest *guest);

#endif
