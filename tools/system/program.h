/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Below --root a program is one of that system, never of this one: a directory with a
 * /bin/sh is a system of its own, and the program runs in a chroot; any other is made up
 * for a test, and the program found in it runs as it is, with VFIO_EARLY_ROOT in its
 * environment.
 */
#ifndef TOOLS_SYSTEM_PROGRAM_H
#define TOOLS_SYSTEM_PROGRAM_H

#include <stdbool.h>

/* Whether the --root is a system of its own: programs run in a chroot. */
bool root_is_whole_system(void);

/* Whether it can be run: a name or a path, below --root only. */
bool run_finds(const char *program);
/* The name that a program which runs in the --root has for this file, whose path is as
 * the C library takes it here. A part of `real`. */
const char *run_name(const char *real);

/* The path to execute, after the chroot if there is one, malloc'ed; NULL: not found. In a
 * made-up root this machine's own will do if `host_will_do`. */
char *program_path(const char *program, bool host_will_do);
/* Makes this process's environment the one for a program of the --root: its PATH, and
 * `changes`, as struct run has them. */
void program_set_environment(const char *const *changes);

#endif
