/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmdline/driver.h"
#include "hook/modprobe.h"
#include "hook/sysfs.h"
#include "hook/watch.h"

enum {
	WAIT_MAX_MS = 20000, /* modprobe takes well under a second where all is well */
};

struct spelling {
	const char *driver;
	char *registered;
};

static bool visit_driver(const char *name, void *data)
{
	const struct spelling *spelling = data;

	if (!driver_is_same(name, spelling->driver) || strlen(name) >= DRIVER_NAME_MAX)
		return true;
	memcpy(spelling->registered, name, strlen(name) + 1);
	return false;
}

static bool find_registered(
	int root, const char *driver, char registered[DRIVER_NAME_MAX])
{
	struct spelling spelling = {driver, registered};

	registered[0] = '\0';
	directory_walk(root, "sys/bus/pci/drivers", visit_driver, &spelling);
	return registered[0] != '\0';
}

static void run_modprobe(int root, const char *path, const char *driver)
{
	/* Not ours: initramfs-tools has MODPROBE_OPTIONS=-qb, which obeys blacklists. */
	static const char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	int null = openat(root, "dev/null", O_RDWR);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	if (fchdir(root) == 0)
		execle(path, "modprobe", driver, (char *)NULL, environment);
	_exit(127);
}

static int wait_for(pid_t child)
{
	int status, error = child_wait(child, WAIT_MAX_MS, &status);

	if (error < 0)
		return error;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

int driver_load(int root, const char *driver, char registered[DRIVER_NAME_MAX])
{
	static const char *const places[] = {
		"sbin/modprobe", "usr/sbin/modprobe", "bin/modprobe", "usr/bin/modprobe"};
	int error = -ENOENT;

	if (find_registered(root, driver, registered))
		return 0;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		pid_t child;

		if (faccessat(root, places[i], X_OK, 0) != 0)
			continue;
		child = fork();
		if (child == 0)
			run_modprobe(root, places[i], driver);
		error = child < 0 ? -errno : wait_for(child);
		break;
	}
	/* What counts is whether the driver is there, not what modprobe says. */
	if (find_registered(root, driver, registered))
		return 0;
	return error == -ETIMEDOUT ? error : -ENOENT;
}
