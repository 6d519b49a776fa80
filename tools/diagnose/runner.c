/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/diagnose/findings.h"
#include "tools/diagnose/child.h"
#include "tools/diagnose/runner.h"

/* A child at work, and what it was doing when it was last heard of. */
struct child {
	pid_t pid;
	int from;
	char *buffer;
	size_t used, size;
	json_t *step; /* the last message that announced one */
	bool done;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int start(const struct child_work *what, struct child *child)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	child->pid = fork();
	if (child->pid < 0) {
		int error = -errno;

		close(ends[0]);
		close(ends[1]);
		return error;
	}
	if (child->pid == 0) {
		FILE *to = fdopen(ends[1], "w");

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		if (to != NULL)
			child_work(what, to);
		_exit(0);
	}
	close(ends[1]);
	child->from = ends[0];
	return 0;
}

/* Takes one message in. */
static void hear(struct child *child, const char *line, size_t length, json_t *report)
{
	json_t *message = json_loadb(line, length, 0, NULL);
	json_t *row = json_object_get(message, "row");
	json_t *part = json_object_get(message, "report");

	if (row != NULL) {
		json_array_append(json_object_get(report, "checks"), row);
	} else if (part != NULL) {
		json_object_update(report, part);
	} else if (json_object_get(message, "done") != NULL) {
		child->done = true;
	} else if (message != NULL) {
		json_decref(child->step);
		child->step = json_incref(message);
	}
	json_decref(message);
}

static void hear_lines(struct child *child, json_t *report)
{
	size_t at = 0;
	char *end;

	while ((end = memchr(child->buffer + at, '\n', child->used - at)) != NULL) {
		hear(child, child->buffer + at, (size_t)(end - child->buffer) - at,
			report);
		at = (size_t)(end - child->buffer) + 1;
	}
	memmove(child->buffer, child->buffer + at, child->used - at);
	child->used -= at;
}

/* Listens until the child is done, dead, or silent for too long. False: too long. */
static bool listen_to(struct child *child, const struct diagnosis *run, json_t *report)
{
	double heard = now();

	while (!child->done) {
		json_t *at = json_object_get(child->step, "check");
		double limit = run->seconds;
		struct pollfd wait = {.fd = child->from, .events = POLLIN};
		int ready;
		ssize_t got;

		if (at != NULL) {
			const struct check *check = run->check[json_integer_value(at)];

			limit = check->seconds > 0 ? check->seconds : limit;
		}
		limit -= now() - heard;
		ready = limit <= 0 ? 0 : poll(&wait, 1, (int)(limit * 1000) + 1);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		if (child->size - child->used < 4096) {
			child->size = child->size * 2 + 8192;
			child->buffer = allocate_more(child->buffer, child->size);
		}
		got = read(child->from, child->buffer + child->used,
			child->size - child->used);
		if (got <= 0)
			return true;
		child->used += (size_t)got;
		heard = now();
		hear_lines(child, report);
	}
	return true;
}

/*
 * How it ended. A child that waits for a dead device cannot even be killed: it is left
 * behind, and goes when the kernel lets it.
 */
static char *end(struct child *child, bool in_time, double seconds)
{
	int status = 0;

	close(child->from);
	if (!child->done)
		kill(child->pid, SIGKILL);
	for (int i = 0; i < 100; i++) {
		const struct timespec short_time = {.tv_nsec = 2000000};

		if (waitpid(child->pid, &status, child->done ? 0 : WNOHANG) != 0)
			break;
		nanosleep(&short_time, NULL);
	}
	if (child->done)
		return NULL;
	if (!in_time)
		return format_text("took more than %g seconds", seconds);
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		return format_text("crashed (%s)", strsignal(WTERMSIG(status)));
	return copy_text("ended without an answer");
}

/* Notes what the child died of, and how the next one gets around it. */
static void get_around(struct child_work *next, const struct child *child,
	const char *why, json_t *report)
{
	const json_t *collector = json_object_get(child->step, "collector");
	const json_t *check = json_object_get(child->step, "check");
	struct findings findings = {.rows = json_object_get(report, "checks")};

	if (check != NULL) {
		const json_t *device = json_object_get(child->step, "device");

		next->check = (size_t)json_integer_value(check);
		next->time =
			(size_t)json_integer_value(json_object_get(child->step, "time")) +
			1;
		findings.id = next->run->check[next->check]->id;
		findings.device = json_string_value(device);
		finding(&findings, CHECK_UNKNOWN, "the check %s", why);
		if (next->run->check[next->check]->run_device == NULL) {
			next->check++;
			next->time = 0;
		}
	} else if (collector != NULL) {
		size_t at = (size_t)json_integer_value(collector);

		next->collector_lost[at] = next->collector_why[at] != NULL;
		free(next->collector_why[at]);
		next->collector_why[at] = format_text("reading it %s", why);
	} else if (json_object_get(child->step, "concluding") != NULL) {
		next->concluded = true;
		next->check = next->run->checks;
	} else {
		next->described = true;
	}
}

int run_checks(const struct diagnosis *run, json_t *report)
{
	struct child_work next = {.run = run};
	bool done = false;
	int error = 0;

	json_object_set_new(report, "checks", json_array());
	while (!done && error == 0) {
		struct child child = {0};
		CLEANUP_FREE char *why = NULL;
		bool in_time;

		error = start(&next, &child);
		if (error < 0)
			break;
		in_time = listen_to(&child, run, report);
		why = end(&child, in_time, run->seconds);
		done = child.done;
		if (!done && child.step == NULL)
			error = -ECHILD;
		else if (!done)
			get_around(&next, &child, why, report);
		json_decref(child.step);
		free(child.buffer);
	}
	for (size_t i = 0; i < COLLECTORS_MAX; i++)
		free(next.collector_why[i]);
	return error;
}
