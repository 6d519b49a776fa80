/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/system/stop.h"
#include "tools/text/string.h"

enum { TICK = 50 /* milliseconds */, PATIENCE = 10000 / TICK };

static const struct {
	int signal;
	const char *name;
} requests[] = {{SIGINT, "SIGINT"}, {SIGHUP, "SIGHUP"}, {SIGTERM, "SIGTERM"}};

const char *stop_name(int signal)
{
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].signal == signal)
			return requests[i].name;
	return "a signal";
}

void stop_hold(struct stop *stop)
{
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct sigaction action;

		if (sigaction(requests[i].signal, NULL, &action) == 0 &&
			action.sa_handler != SIG_IGN)
			sigaddset(&held, requests[i].signal);
	}
	*stop = (struct stop){.file = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK)};
	if (stop->file < 0)
		sigemptyset(&held);
	sigprocmask(SIG_BLOCK, &held, &stop->before);
}

/* The next signal that has come; 0: none. */
static int take(struct stop *stop)
{
	struct signalfd_siginfo request;

	if (stop->file < 0 ||
		read(stop->file, &request, sizeof(request)) != sizeof(request))
		return 0;
	if (stop->signal == 0)
		stop->signal = (int)request.ssi_signo;
	return (int)request.ssi_signo;
}

void stop_pass(struct stop *stop, pid_t group)
{
	int signal;

	while ((signal = take(stop)) != 0) {
		/* What it started becomes our child when it dies, and not init's. */
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		kill(-group, signal);
	}
}

void stop_wait(pid_t group)
{
	const struct timespec tick = {.tv_nsec = TICK * 1000000L};
	pid_t gone = 0;

	/* One that cannot even be killed is not waited for. */
	for (int ticks = 0; ticks < 2 * PATIENCE && gone >= 0; ticks++) {
		if (ticks == PATIENCE)
			kill(-group, SIGKILL);
		gone = waitpid(-group, NULL, WNOHANG);
		if (gone == 0)
			nanosleep(&tick, NULL);
	}
}

void stop_release(struct stop *stop)
{
	while (take(stop) != 0)
		;
	if (stop->file >= 0)
		close(stop->file);
	sigprocmask(SIG_SETMASK, &stop->before, NULL);
}
