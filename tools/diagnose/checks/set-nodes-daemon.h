/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remedies for a container of Incus or LXD, with the daemon's own command. */
#ifndef TOOLS_DIAGNOSE_CHECKS_SET_NODES_DAEMON_H
#define TOOLS_DIAGNOSE_CHECKS_SET_NODES_DAEMON_H

#include "tools/guests/container-guest.h"
#include "tools/diagnose/findings.h"

/* "incus config device ACTION web", with its project; malloc'ed. */
char *daemon_device_command(const struct container_guest *guest, const char *action);
/* The one that takes a device away, or hides one of a profile's; malloc'ed. */
char *daemon_remove_command(const struct container_guest *guest, const char *device);
/* The command that gives it the card that it is about, or one that the host's driver has.
 */
void daemon_add_card(struct findings *findings, const struct container_guest *guest);
/* Those that let others than root inside use nodes that its devices give. */
void daemon_open_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes);

#endif
