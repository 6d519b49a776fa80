/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/system/run.h"

#define DIRECTORIES "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { TICK = 50 /* milliseconds */, EXEC_FAILED = 127, SIGNALLED = 128 };

/* A pipe's end here, and what came out of it. */
struct stream {
	int file;
	char *text;
	size_t length;
};

static bool is_whole_system(void)
{
	CLEANUP_FREE char *shell = root_path("/bin/sh");

	return root_directory[0] != '\0' && access(shell, X_OK) == 0;
}

static bool is_made_up(void)
{
	return root_directory[0] != '\0' && !is_whole_system();
}

const char *run_name(const char *real)
{
	size_t length = strlen(root_directory);

	if (is_whole_system() && strncmp(real, root_directory, length) == 0)
		return real + length;
	return real;
}

/* The path below `root` that the program has; NULL if it is not there. malloc'ed. */
static char *look_below(const char *root, const char *program)
{
	static const char directories[] = DIRECTORIES;

	if (strchr(program, '/') != NULL) {
		CLEANUP_FREE char *real = format_text("%s%s", root, program);

		return access(real, X_OK) == 0 ? copy_text(program) : NULL;
	}
	for (const char *at = directories; *at != '\0';) {
		size_t length = strcspn(at, ":");
		char *path = format_text("%.*s/%s", (int)length, at, program);
		CLEANUP_FREE char *real = format_text("%s%s", root, path);

		if (access(real, X_OK) == 0)
			return path;
		free(path);
		at += length;
		at += strspn(at, ":");
	}
	return NULL;
}

/* The path to execute, after the chroot if there is one. malloc'ed; NULL: not found. */
static char *look_for(const char *program, bool host_will_do)
{
	char *path = look_below(root_directory, program);
	char *real;

	if (path != NULL && is_made_up()) {
		real = root_path(path);
		free(path);
		return real;
	}
	if (path == NULL && host_will_do && is_made_up())
		return look_below("", program);
	return path;
}

bool run_finds(const char *program)
{
	CLEANUP_FREE char *path = look_below(root_directory, program);

	return path != NULL;
}

/* The list of programs' directories, those of a made-up root in front. */
static char *search_path(void)
{
	static const char directories[] = DIRECTORIES;
	char *list = copy_text("");

	for (const char *at = directories; is_made_up() && *at != '\0';) {
		size_t length = strcspn(at, ":");
		text_append(&list, "%s%.*s:", root_directory, (int)length, at);
		at += length;
		at += strspn(at, ":");
	}
	return format_text("%s" DIRECTORIES, list);
}

static void change_environment(const char *const *changes)
{
	CLEANUP_FREE char *path = search_path();

	setenv("PATH", path, 1);
	if (is_made_up())
		setenv("VFIO_EARLY_ROOT", root_directory, 1);
	for (; changes != NULL && *changes != NULL; changes++) {
		const char *equals = strchr(*changes, '=');

		if (equals == NULL) {
			unsetenv(*changes);
		} else {
			CLEANUP_FREE char *name =
				format_text("%.*s", (int)(equals - *changes), *changes);

			setenv(name, equals + 1, 1);
		}
	}
}

static void become(const struct run *run, const char *path, int input, int output,
	int errors) __attribute__((noreturn));

static void become(
	const struct run *run, const char *path, int input, int output, int errors)
{
	/* A group of its own, so that a timeout ends what it started, too. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (is_whole_system() && (chroot(root_directory) < 0 || chdir("/") < 0)) {
		dprintf(errors, "cannot change the root to %s: %s\n", root_directory,
			strerror(errno));
		_exit(EXEC_FAILED);
	}
	change_environment(run->environment);
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

/*
 * Reads both streams until the program has ended: a daemon that it left behind may hold
 * them open for ever. The wait status, or -1 when time ran out and it was killed.
 */
static int follow(
	pid_t child, unsigned int timeout, struct stream *output, struct stream *errors)
{
	long long end = milliseconds() + timeout * 1000LL;
	int status;

	for (;;) {
		struct pollfd both[] = {
			{.fd = output->file, .events = POLLIN},
			{.fd = errors->file, .events = POLLIN},
		};

		poll(both, ARRAY_SIZE(both), TICK);
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

int run_program(const struct run *run, struct run_result *result, char **why)
{
	CLEANUP_FREE char *path = look_for(run->argv[0], run->host_will_do);
	int output[2] = {-1, -1}, errors[2] = {-1, -1};
	struct stream from_output, from_errors;
	int input, status, error;
	pid_t child;

	*result = (struct run_result){0};
	if (path == NULL) {
		*why = format_text("there is no program %s%s%s", run->argv[0],
			root_directory[0] != '\0' ? " below " : "", root_directory);
		return -ENOENT;
	}
	input = open_input(run->input);
	if (input < 0 || pipe2(output, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0)
		goto fail;
	child = fork();
	if (child < 0)
		goto fail;
	if (child == 0)
		become(run, path, input, output[1], errors[1]);
	setpgid(child, child);
	close(input);
	close(output[1]);
	close(errors[1]);
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	fcntl(errors[0], F_SETFL, O_NONBLOCK);
	from_output = (struct stream){.file = output[0]};
	from_errors = (struct stream){.file = errors[0]};
	status = follow(child, run->timeout, &from_output, &from_errors);
	result->output = keep(&from_output);
	result->errors = keep(&from_errors);
	if (status == -1) {
		*why = format_text("%s did not end within %u seconds and was stopped",
			run->argv[0], run->timeout);
		run_free(result);
		return -ETIMEDOUT;
	}
	result->status =
		WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
	return 0;
fail:
	error = -errno;
	*why = format_text("cannot run %s: %s", run->argv[0], strerror(-error));
	for (int i = 0; i < 2; i++) {
		if (output[i] >= 0)
			close(output[i]);
		if (errors[i] >= 0)
			close(errors[i]);
	}
	if (input >= 0)
		close(input);
	return error;
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
