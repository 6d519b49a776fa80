/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "/proc/PID/root/...": files of a container, whose root decides what is there. Seen from
 * here an absolute link of his would lead to a file of this system, a FIFO would be
 * waited for, and opening a device may do something. So a path there is looked up as the
 * container does it, and only files are opened.
 */
#ifndef TOOLS_SYSTEM_INSIDE_H
#define TOOLS_SYSTEM_INSIDE_H

#include <stddef.h>

/* How long "/proc/PID/root" is in front of a path of another root; 0: it is none. */
size_t inside_root(const char *path);
/* What `path` is in the directory `root`, to look at or to list (O_PATH): a descriptor,
 * or -errno. */
int inside_look(const char *root, const char *path);
/* The same opened to be read, if it is a regular file, no larger than any that is read
 * there; takes the descriptor, or an -errno. -EINVAL: something else is there, -EFBIG: it
 * is larger. */
int inside_open(int there);

#endif
