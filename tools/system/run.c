/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/program.h"
#include "tools/system/root.h"
#include "tools/system/run.h"

enum { TICK = 50 /* milliseconds */, EXEC_FAILED = 127, SIGNALLED = 128 };

/* A pipe's end here, and what came out of it. */
struct stream {
	int file;
	char *text;
	size_t length;
};

static void become(const struct run *run, const char *path, int input, int output,
	int errors) __attribute__((noreturn));

static void become(
	const struct run *run, const char *path, int input, int output, int errors)
{
	/* A group of its own, so that a timeout ends what it started, too. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (root_is_whole_system() && (chroot(root_directory) < 0 || chdir("/") < 0)) {
		dprintf(errors, "cannot change the root to %s: %s\n", root_directory,
			strerror(errno));
		_exit(EXEC_FAILED);
	}
	program_set_environment(run->environment);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	/* execv() wants the strings writable for C's sake, and does not write to them. */
	execv(path, (char *const *)(const void *)run->argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", path, strerror(errno));
	_exit(EXEC_FAILED);
}

static int open_input(const char *text)
{
	size_t length = text != NULL ? strlen(text) : 0;
	int file = memfd_create("input", MFD_CLOEXEC);

	while (file >= 0 && length > 0) {
		ssize_t written = write(file, text, length);

		if (written < 0) {
			close(file);
			return -1;
		}
		text += written;
		length -= (size_t)written;
	}
	if (file >= 0)
		lseek(file, 0, SEEK_SET);
	return file;
}

/* Takes what is there; closes the stream at its end. */
static void drain(struct stream *stream)
{
	while (stream->file >= 0) {
		char buffer[4096];
		ssize_t got = read(stream->file, buffer, sizeof(buffer));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			close(stream->file);
			stream->file = -1;
			return;
		}
		stream->text =
			allocate_more(stream->text, stream->length + (size_t)got + 1);
		memcpy(stream->text + stream->length, buffer, (size_t)got);
		stream->length += (size_t)got;
		stream->text[stream->length] = '\0';
	}
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

/*
 * Reads both streams until the program has ended: a daemon that it left behind may hold
 * them open for ever. The wait status, or -1 when time ran out and it was killed.
 */
static int follow(
	pid_t child, unsigned int timeout, struct stream *output, struct stream *errors)
{
	long long end = milliseconds() + timeout * 1000LL;
	int pidfd = open_pidfd(child);
	int status;

	for (;;) {
		struct pollfd ends[] = {
			{.fd = output->file, .events = POLLIN},
			{.fd = errors->file, .events = POLLIN},
			{.fd = pidfd, .events = POLLIN},
		};

		poll(ends, ARRAY_SIZE(ends), time_to_wait(pidfd, timeout, end));
		drain(output);
		drain(errors);
		if (waitpid(child, &status, WNOHANG) == child)
			break;
		if (timeout > 0 && milliseconds() > end) {
			kill(-child, SIGKILL);
			waitpid(child, &status, 0);
			status = -1;
			break;
		}
	}
	if (pidfd >= 0)
		close(pidfd);
	drain(output);
	drain(errors);
	return status;
}

static char *keep(struct stream *stream)
{
	if (stream->file >= 0)
		close(stream->file);
	return stream->text != NULL ? stream->text : copy_text("");
}

/* The program's input, and the pipes for what it says: [0] is our end. */
struct ends {
	int input, output[2], errors[2];
};

static void close_end(int *file)
{
	if (*file >= 0)
		close(*file);
	*file = -1;
}

static void close_ends(struct ends *ends)
{
	close_end(&ends->input);
	for (int i = 0; i < 2; i++) {
		close_end(&ends->output[i]);
		close_end(&ends->errors[i]);
	}
}

static int open_ends(struct ends *ends, const char *input)
{
	*ends = (struct ends){open_input(input), {-1, -1}, {-1, -1}};
	if (ends->input < 0 || pipe2(ends->output, O_CLOEXEC) < 0 ||
		pipe2(ends->errors, O_CLOEXEC) < 0)
		return -errno;
	fcntl(ends->output[0], F_SETFL, O_NONBLOCK);
	fcntl(ends->errors[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* Starts it. Its process id or -errno. */
static pid_t start_program(const struct run *run, const char *path, struct ends *ends)
{
	int error = open_ends(ends, run->input);
	pid_t child = error == 0 ? fork() : -1;

	if (child == 0)
		become(run, path, ends->input, ends->output[1], ends->errors[1]);
	if (child < 0) {
		error = error < 0 ? error : -errno;
		close_ends(ends);
		return error;
	}
	setpgid(child, child);
	close_end(&ends->input);
	close_end(&ends->output[1]);
	close_end(&ends->errors[1]);
	return child;
}

int run_program(const struct run *run, struct run_result *result, char **why)
{
	CLEANUP_FREE char *path = program_path(run->argv[0], run->host_will_do);
	struct stream output, errors;
	struct ends ends;
	pid_t child;
	int status;

	*result = (struct run_result){0};
	if (path == NULL) {
		*why = format_text("there is no program %s%s%s", run->argv[0],
			root_directory[0] != '\0' ? " below " : "", root_directory);
		return -ENOENT;
	}
	child = start_program(run, path, &ends);
	if (child < 0) {
		*why = format_text("cannot run %s: %s", run->argv[0], strerror(-child));
		return child;
	}
	output = (struct stream){.file = ends.output[0]};
	errors = (struct stream){.file = ends.errors[0]};
	status = follow(child, run->timeout, &output, &errors);
	result->output = keep(&output);
	result->errors = keep(&errors);
	if (status == -1) {
		*why = format_text("%s did not end within %u seconds and was stopped",
			run->argv[0], run->timeout);
		run_free(result);
		return -ETIMEDOUT;
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
