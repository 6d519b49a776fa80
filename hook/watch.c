/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "hook/watch.h"

enum { WATCH_STEP_MS = 2 };

int child_wait(pid_t child, int milliseconds, int *status)
{
	const struct timespec step = {.tv_nsec = WATCH_STEP_MS * 1000000L};

	for (int waited = 0; waited < milliseconds; waited += WATCH_STEP_MS) {
		pid_t done = waitpid(child, status, WNOHANG);

		if (done == child)
			return 0;
		if (done < 0 && errno != EINTR)
			return -errno;
		nanosleep(&step, NULL);
	}
	kill(child, SIGKILL);
	return -ETIMEDOUT;
}
