/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remedy for a container: the nodes of NVIDIA's driver made, now and at each boot. */
#ifndef TOOLS_DIAGNOSE_CHECKS_MAKE_NODES_H
#define TOOLS_DIAGNOSE_CHECKS_MAKE_NODES_H

#include "tools/guests/gpu-nodes.h"

/*
 * The commands, one a line, that have those of the nodes made that the host lacks: by a
 * unit of systemd that runs ahead of the containers. malloc'ed.
 */
char *make_nodes_commands(const struct wanted_node *wanted, size_t count);

#endif
