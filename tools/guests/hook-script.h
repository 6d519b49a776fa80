/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which graphics nodes a container's hook brings in, as its shell script says. Pure. */
#ifndef TOOLS_GUESTS_HOOK_SCRIPT_H
#define TOOLS_GUESTS_HOOK_SCRIPT_H

#include "tools/text/span.h"

struct hook_node {
	char *path; /* in the container: "/dev/dri/renderD128" */
	bool made;  /* by mknod, with numbers of its own; else it is the host's */
};

/*
 * The nodes that mknod, mount and cp make below the container's root; malloc'ed, with
 * `*count` of them. A script that does it another way names none.
 */
struct hook_node *hook_script_nodes(struct span text, size_t *count);

#endif
