/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device nodes of graphics cards: which numbers their drivers give them now. */
#ifndef TOOLS_GUESTS_NODE_NUMBERS_H
#define TOOLS_GUESTS_NODE_NUMBERS_H

#include "tools/system/node.h"
#include "tools/text/span.h"

/* What a device node's numbers must be; false if its driver says none now. */
struct node_numbers {
	char type;
	unsigned int major, minor;
	bool any_minor; /* the driver gives it as it likes */
};
bool node_expected(struct span path, struct node_numbers *numbers);
/* Whether the node under this name has other numbers than `*expected`, which its driver
 * has now. */
bool node_is_stale(
	struct span path, const struct node *node, struct node_numbers *expected);
/* Which graphics node it is by its numbers: "/dev/dri/renderD128"; malloc'ed, or NULL. */
char *node_known_as(const struct node *node);
#define NVIDIA_GPUS "/proc/driver/nvidia/gpus"
/* The N of a card's /dev/nvidiaN, as the driver says; -1 if it does not have the card. */
int nvidia_minor(const char *address);
/* Whether a card has it; true as well if the driver says nothing of any card. */
bool nvidia_has_minor(int minor);
/* The file below /proc that describes the capability (of a MIG slice) whose node is
 * "/dev/nvidia-caps/nvidia-cap21"; malloc'ed, or NULL if none has that number. */
char *nvidia_capability(struct span path);
/* "c 195:0 0666", or why it cannot be looked at; malloc'ed. */
char *node_text(int error, const struct node *node);

#endif
