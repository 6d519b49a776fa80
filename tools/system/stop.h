/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Being asked to stop (Ctrl-C, SIGHUP, SIGTERM) while a program of ours writes: we stay
 * until it is gone, and hold the lock as long. A signal that we were started to ignore,
 * as by nohup, is not meant.
 */
#ifndef TOOLS_SYSTEM_STOP_H
#define TOOLS_SYSTEM_STOP_H

#include <signal.h>
#include <sys/types.h>

struct stop {
	sigset_t before; /* what the program is to have blocked */
	int file;	 /* readable when we are asked; -1: none */
	int signal;	 /* what we were asked by, the first; 0: nothing yet */
};

/* From here on no such signal ends this process, until stop_release. */
void stop_hold(struct stop *stop);
/* Passes what has come to a process group. */
void stop_pass(struct stop *stop, pid_t group);
/* Waits until nothing is left of the group that was asked to stop, and ends by force what
 * does not go by itself. */
void stop_wait(pid_t group);
/* Signals do again what they did before. What came since is in `signal`, too. */
void stop_release(struct stop *stop);
/* "SIGINT" */
const char *stop_name(int signal);

#endif
