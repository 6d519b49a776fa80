/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/pipes.h"
#include "tools/system/program.h"
#include "tools/system/root.h"
#include "tools/system/run.h"
#include "tools/system/stop.h"

enum { TICK = 50 /* milliseconds */, EXEC_FAILED = 127, SIGNALLED = 128 };

/* What a program that was killed may take to be gone: one that waits for a dead device
 * stays, and is left behind. */
enum { DEATH_TICKS = 1000 / TICK };

static void become(const struct run *run, const char *path, const struct pipes *pipes)
	__attribute__((noreturn));

static void become(const struct run *run, const char *path, const struct pipes *pipes)
{
	int errors = pipes->errors[1];

	/* A group of its own, so that a timeout ends what it started, too. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (root_is_whole_system() && (chroot(root_directory) < 0 || chdir("/") < 0)) {
		dprintf(errors, "cannot change the root to %s: %s\n", root_directory,
			strerror(errno));
		_exit(EXEC_FAILED);
	}
	program_set_environment(run->environment);
	dup2(pipes->input, STDIN_FILENO);
	dup2(pipes->output[1], STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	/* execv() wants the strings writable for C's sake, and does not write to them. */
	execv(path, (char *const *)(const void *)run->argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", path, strerror(errno));
	_exit(EXEC_FAILED);
}

static long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Becomes readable when the program ends; -1 before Linux 5.3. */
static int open_pidfd(pid_t child)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, child, 0);
#else
	(void)child;
	return -1;
#endif
}

/* How long to sleep: until time runs out, or without a pidfd, until it is time to look
 * whether the program has ended. -1 is for ever. */
static int time_to_wait(int pidfd, unsigned int timeout, long long end)
{
	long long left = end - milliseconds();

	if (pidfd < 0)
		return TICK;
	if (timeout == 0)
		return -1;
	if (left < 0)
		return 0;
	return left < INT_MAX ? (int)left + 1 : INT_MAX;
}

static void put_to_death(pid_t child)
{
	const struct timespec tick = {.tv_nsec = TICK * 1000000L};

	kill(-child, SIGKILL);
	for (int i = 0; i < DEATH_TICKS && waitpid(child, NULL, WNOHANG) == 0; i++)
		nanosleep(&tick, NULL);
}

/*
 * Reads both streams until the program has ended: a daemon that it left behind may hold
 * them open for ever. The wait status, or -1 when time ran out and it was killed.
 */
static int follow(pid_t child, unsigned int timeout, struct stop *stop,
	struct stream *output, struct stream *errors)
{
	long long end = milliseconds() + timeout * 1000LL;
	int pidfd = open_pidfd(child);
	int status;

	for (;;) {
		struct pollfd ends[] = {
			{.fd = output->file, .events = POLLIN},
			{.fd = errors->file, .events = POLLIN},
			{.fd = pidfd, .events = POLLIN},
			{.fd = stop->file, .events = POLLIN},
		};

		poll(ends, ARRAY_SIZE(ends), time_to_wait(pidfd, timeout, end));
		stream_drain(output);
		stream_drain(errors);
		stop_pass(stop, child);
		if (waitpid(child, &status, WNOHANG) == child)
			break;
		if (timeout > 0 && milliseconds() > end) {
			put_to_death(child);
			status = -1;
			break;
		}
	}
	if (pidfd >= 0)
		close(pidfd);
	if (stop->signal != 0)
		stop_wait(child);
	stream_drain(output);
	stream_drain(errors);
	return status;
}

/* Starts it, with these signals blocked. Its process id or -errno. */
static pid_t start_program(const struct run *run, const char *path,
	const sigset_t *blocked, struct pipes *pipes)
{
	int error = pipes_open(pipes, run->input);
	pid_t child = error == 0 ? fork() : -1;

	if (child == 0) {
		if (blocked != NULL)
			sigprocmask(SIG_SETMASK, blocked, NULL);
		become(run, path, pipes);
	}
	if (child < 0) {
		error = error < 0 ? error : -errno;
		pipes_close(pipes);
		return error;
	}
	setpgid(child, child);
	pipes_close_theirs(pipes);
	return child;
}

/* Runs the program at this path. Its wait status, -1 for a timeout, or -errno in
 * `*error`. */
static int run_path(const struct run *run, const char *path, struct stop *stop,
	struct run_result *result, int *error)
{
	struct stream output, errors;
	struct pipes pipes;
	pid_t child;
	int status;

	*stop = (struct stop){.file = -1};
	if (run->writes)
		stop_hold(stop);
	child = start_program(run, path, run->writes ? &stop->before : NULL, &pipes);
	*error = child < 0 ? child : 0;
	if (child >= 0) {
		output = (struct stream){.file = pipes.output[0]};
		errors = (struct stream){.file = pipes.errors[0]};
		status = follow(child, run->timeout, stop, &output, &errors);
		result->output = stream_keep(&output);
		result->errors = stream_keep(&errors);
	}
	if (run->writes)
		stop_release(stop);
	return child >= 0 ? status : 0;
}

/* What there is to say of a program that did not come to its own end. 0: it did. */
static int judge(const struct run *run, int status, const struct stop *stop, char **why)
{
	const char *name = run->argv[0];

	if (stop->signal != 0) {
		*why = status == 0 ? format_text("%s ended well, and nothing was begun "
						 "behind it, as %s asked",
					     name, stop_name(stop->signal))
				   : format_text("%s was stopped by %s", name,
					     stop_name(stop->signal));
		return -EINTR;
	}
	if (status != -1)
		return 0;
	*why = format_text(
		"%s did not end within %u seconds and was stopped", name, run->timeout);
	return -ETIMEDOUT;
}

int run_program(const struct run *run, struct run_result *result, char **why)
{
	CLEANUP_FREE char *path = program_path(run->argv[0], run->host_will_do);
	struct stop stop;
	int status, error;

	*result = (struct run_result){0};
	if (path == NULL) {
		*why = format_text("there is no program %s%s%s", run->argv[0],
			root_directory[0] != '\0' ? " below " : "", root_directory);
		return -ENOENT;
	}
	status = run_path(run, path, &stop, result, &error);
	if (error < 0) {
		*why = format_text("cannot run %s: %s", run->argv[0], strerror(-error));
		return error;
	}
	error = judge(run, status, &stop, why);
	if (error < 0) {
		run_free(result);
		return error;
	}
	result->status =
		WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
	return 0;
}

/* The last line that is not empty, as part of `text`, which is cut behind it. */
static char *last_line(char *text)
{
	size_t length = strlen(text);
	char *newline;

	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
		text[--length] = '\0';
	newline = strrchr(text, '\n');
	return newline != NULL ? newline + 1 : text;
}

int run_program_well(const struct run *order, struct run_result *result, char **why)
{
	int error = run_program(order, result, why);
	char *said;

	if (error < 0 || result->status == 0)
		return error;
	said = last_line(result->errors);
	*why = format_text("%s failed (exit status %d)%s%s", order->argv[0],
		result->status, said[0] != '\0' ? ": " : "", said);
	run_free(result);
	return -EIO;
}

void run_free(struct run_result *result)
{
	free(result->output);
	free(result->errors);
	*result = (struct run_result){0};
}
