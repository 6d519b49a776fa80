/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remedies for a container: its nodes given anew, in the way of the system that has it.
 */
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
 * The commands that give it these nodes: with Proxmox each under the number that it has
 * already or a free one, of a directory the nodes that are in it on the host.
 */
void command_set_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes);
/* Those that let others than root inside use nodes that it has. */
void command_open_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes);
/* The one that takes a device of its configuration away: "dev1", "gpu0". */
void command_delete(struct findings *findings, const struct container_guest *guest,
	const char *device);

#endif
