/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which nodes a gpu device of Incus or LXD gives
 * (internal/server/device/gpu_physical.go). */
#ifndef TOOLS_GUESTS_DAEMON_GPU_H
#define TOOLS_GUESTS_DAEMON_GPU_H

#include <stdbool.h>

#include "tools/text/lines.h"

/* How the device names cards; what is NULL is not asked for, and nothing means all. */
struct gpu_choice {
	const char *pci;     /* "0000:01:00.0" */
	const char *id;	     /* the number of /dev/dri/cardN */
	const char *vendor;  /* "10de" */
	const char *product; /* "2d04" */
	bool runtime;	     /* nvidia.runtime brings the nodes that are for every GPU */
};

/*
 * Adds the nodes of the cards that it names. A card without any has its
 * /dev/dri/by-path/pci-ADDRESS-render, which is not there either, and the container
 * starts without it in silence: true. A card that is not there is one that it does not
 * start without: false.
 */
bool daemon_gpu_nodes(const struct gpu_choice *choice, struct lines *nodes);

#endif
