/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who a process was, also when its number has been given to another one since. */
#ifndef TOOLS_SYSTEM_PROCESS_H
#define TOOLS_SYSTEM_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* In the environment of every program that a change runs; the value is the identity of
 * the vfio-early that makes it. */
#define PROCESS_CHANGE "VFIO_EARLY_CHANGE"

/* "BOOT PID START": this boot of the kernel, the number, when it began. malloc'ed; ""
 * where there is no /proc. */
char *process_identity(pid_t pid);
/* Whether that very process still runs. */
bool process_runs(const char *identity);
/* The number in an identity; 0: none. */
pid_t process_number(const char *identity);
/* A program that runs for the change which that process made; 0: none. */
pid_t process_started_by(const char *identity);

#endif
