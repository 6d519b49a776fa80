/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While an unbind of a PCI function waits for whoever uses it, Linux 6.1 and 6.17 let
 * everybody who reads its driver_override wait as well (6.1: its uevent, too), and no
 * signal ends that. The driver link is gone by then. What hangs must not be us.
 */
#ifndef TOOLS_SYSTEM_HANGING_H
#define TOOLS_SYSTEM_HANGING_H

#include <stdbool.h>
#include <stddef.h>

/* Whether to read this path, `real` for the C library, may take for ever. */
bool hanging_is_possible(const char *path, const char *real);
/* Reads an attribute of sysfs in a process of its own. 0 and a malloc'ed, terminated
 * text, or -errno; -ETIMEDOUT: it hangs. */
int hanging_read(const char *real, char **text, size_t *length);

#endif
