/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for a child, and never for ever. */
#ifndef HOOK_WATCH_H
#define HOOK_WATCH_H

#include <sys/types.h>

/*
 * Waits so many milliseconds for the child at most. 0 and its status as waitpid(2) has
 * it; -ETIMEDOUT: it was killed, and nobody waits for it to die, since a device that
 * hangs may keep it for ever; or -errno.
 */
int child_wait(pid_t child, int milliseconds, int *status);

#endif
