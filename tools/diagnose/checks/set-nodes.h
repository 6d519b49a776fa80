/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remedy for a container: its nodes given anew with devN, which Proxmox keeps right. */
#ifndef TOOLS_DIAGNOSE_CHECKS_SET_NODES_H
#define TOOLS_DIAGNOSE_CHECKS_SET_NODES_H

#include "tools/text/lines.h"
#include "tools/guests/guests.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/context.h"

/* What a container needs of the card it is about, "/dev/nvidia0" and its like. */
void usual_nodes(const struct context *context, const struct container_guest *guest,
	struct lines *nodes);
/*
 * The commands that give it these nodes, and restart it: each under the number that it
 * has already or a free one, of a directory the nodes that are in it on the host.
 */
void command_set_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes);

#endif
