/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remedies for a container of plain LXC: lines of its file, and the host's nodes. */
#ifndef TOOLS_DIAGNOSE_CHECKS_SET_NODES_LXC_H
#define TOOLS_DIAGNOSE_CHECKS_SET_NODES_LXC_H

#include "tools/guests/container-guest.h"
#include "tools/diagnose/findings.h"

/* The commands that add what its file lacks for these nodes. */
void lxc_set_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes);
/* Those that let everybody use the host's nodes, now and after each boot: inside they
 * have the same owner and mode. */
void lxc_open_nodes(struct findings *findings, const struct lines *nodes);

#endif
