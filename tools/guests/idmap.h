/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which numbers of the host a container has inside, by its lxc.idmap. Pure. */
#ifndef TOOLS_GUESTS_IDMAP_H
#define TOOLS_GUESTS_IDMAP_H

#include "tools/guests/pve-container.h"

/* "u 0 100000 65536": the numbers from 0 on inside are those from 100000 on outside. */
struct idmap_range {
	const struct pve_line *from; /* NULL: Proxmox's own for unprivileged containers */
	char kind;		     /* 'u' users, 'g' groups, 'b' both */
	uint64_t inside, outside, count;
};
/* Takes a line's value apart; false if it is none. */
bool idmap_read(const struct pve_line *line, struct idmap_range *range);
/* The container's ranges, malloc'ed, `*count` of them; none: it has the host's numbers.
 */
struct idmap_range *container_idmap(const struct container *container, size_t *count);
bool idmap_is_about(const struct idmap_range *range, char kind);

/* A user ('u') or group ('g') of the host as the container knows it; false if it is
 * nobody inside. */
bool container_maps(
	const struct container *container, char kind, uint32_t outside, uint32_t *inside);
/* The other way round: the host's number of one inside; the same if none is mapped. */
uint32_t container_outside(const struct container *container, char kind, uint32_t inside);

#endif
