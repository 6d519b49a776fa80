/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of process 1 is a kernel panic. So all that can fail, wait or crash is done by
 * the child, in a mount namespace of its own: what it mounts is gone with it, and init
 * finds the root as the kernel left it (mounting sysfs on a second one is an error).
 */
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hook/init.h"
#include "hook/watch.h"

/* A pass ends by itself before that; tests do not wait so long. */
#ifndef INIT_WAIT_MS
#define INIT_WAIT_MS 90000
#endif

enum { TRIES = 5 };

static void say(const char *text)
{
	ssize_t done = write(STDERR_FILENO, text, strlen(text));

	(void)done;
}

/* What the kernel leaves to init, each known by a file in it. */
static void mount_what_is_missing(void)
{
	static const struct {
		const char *directory, *file, *type;
	} places[] = {
		{"/proc", "/proc/cmdline", "proc"},
		{"/sys", "/sys/bus", "sysfs"},
		{"/dev", "/dev/kmsg", "devtmpfs"},
	};

	mkdir("/run", 0755);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (access(places[i].file, F_OK) == 0)
			continue;
		mkdir(places[i].directory, 0755);
		mount(places[i].type, places[i].directory, places[i].type,
			MS_NOSUID | MS_NOEXEC, NULL);
	}
}

static int work_apart(int (*pass)(void))
{
	/* Without a namespace of its own it would leave mounts behind. */
	if (unshare(CLONE_NEWNS) != 0)
		return -1;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mount_what_is_missing();
	return pass();
}

/* In the kernel's own order (init/main.c, kernel_init). */
static void start_init(char **argv)
{
	static char inits[][16] = {
		"/init", "/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};

	for (size_t i = 0; i < sizeof(inits) / sizeof(inits[0]); i++) {
		argv[0] = inits[i];
		execv(inits[i], argv);
	}
}

_Noreturn void init_run(int argc, char **argv, int (*pass)(void))
{
	static char *nothing[2];
	const struct timespec second = {.tv_sec = 1};
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(work_apart(pass));
	if (child > 0 && child_wait(child, INIT_WAIT_MS, &status) < 0)
		say("vfio-early: a device does not answer; the boot goes on without "
		    "waiting for it\n");
	/* What keeps an init from being started may pass, as a lack of memory does. */
	for (int i = 0; i < TRIES; i++) {
		start_init(argc > 0 ? argv : nothing);
		nanosleep(&second, NULL);
	}
	say("vfio-early: this initramfs has no init that can be run\n");
	_exit(1);
}
