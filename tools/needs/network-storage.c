/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tools/needs/network-storage.h"
#include "tools/needs/servers.h"
#include "tools/pci/disks.h"
#include "tools/pci/routes.h"
#include "tools/system/root.h"

struct reading {
	const struct next_boot *boot;
	struct needs *needs;
};

/* What is used, as a part of a sentence: "the filesystem mounted on /srv". */
static void add(const struct reading *reading, struct lines *interfaces, const char *what)
{
	const struct pci_device *owner = NULL;
	const char *interface;

	while ((owner = interface_owner(reading->boot, owner, interfaces, &interface)) !=
		NULL)
		need_add(reading->needs, owner, NEED_REFUSED,
			"%s is reached over its network interface %s", what, interface);
	lines_free(interfaces);
}

/* proc_pid_mountinfo(5): ID PARENT NUMBER ROOT POINT OPTIONS TAG... - TYPE SOURCE OPTIONS
 */
static void add_mount(const struct reading *reading, const char *line)
{
	char point[PATH_MAX], type[64], source[PATH_MAX];
	const char *dash = strstr(line, " - ");
	struct lines interfaces = {0};
	int options = 0;

	if (dash == NULL || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1 ||
		sscanf(dash, " - %63s %4095s %n", type, source, &options) != 2 ||
		options == 0)
		return;
	if (server_interfaces(type, source, dash + options, &interfaces)) {
		CLEANUP_FREE char *what =
			format_text("the filesystem mounted on %s", point);

		add(reading, &interfaces, what);
	}
}

static void add_mounts(const struct reading *reading)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, line;

	if (root_read("/proc/self/mountinfo", &text, NULL) < 0)
		return;
	rest = span_of(text);
	while (span_line(&rest, &line)) {
		CLEANUP_FREE char *copy = span_copy(line);

		add_mount(reading, copy);
	}
}

static bool add_address_in(const char *path, struct lines *interfaces)
{
	CLEANUP_FREE char *text = root_read_word(path);

	return text != NULL && addresses_add_interfaces(span_of(text), interfaces);
}

/* The connections of a session: /sys/class/iscsi_connection/connection1:0. */
static bool find_iscsi(const char *link, struct lines *interfaces)
{
	const char *session = strstr(link, "/session");
	char **names = root_list("/sys/class/iscsi_connection");
	bool found = false;
	unsigned int number;
	CLEANUP_FREE char *front = NULL;

	if (session != NULL && sscanf(session, "/session%u/", &number) == 1)
		front = format_text("connection%u:", number);
	for (size_t i = 0; front != NULL && names[i] != NULL; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/iscsi_connection/%s/address", names[i]);

		if (text_begins(names[i], front))
			found |= add_address_in(path, interfaces);
	}
	root_list_free(names);
	return found;
}

/* NVMe over Fabrics: a controller that has a transport address of the network. */
static bool find_nvme(const char *controller, struct lines *interfaces)
{
	CLEANUP_FREE char *path = format_text("/sys/class/nvme/%s", controller);
	CLEANUP_FREE char *transport_path = format_text("%s/transport", path);
	CLEANUP_FREE char *address = format_text("%s/address", path);
	CLEANUP_FREE char *transport = root_read_word(transport_path);

	if (transport == NULL ||
		(strcmp(transport, "tcp") != 0 && strcmp(transport, "rdma") != 0))
		return false;
	add_address_in(address, interfaces);
	return true;
}

/* The controllers of a namespace are named below its subsystem, or its parent is one. */
static bool find_nvme_of(const char *disk, const char *link, struct lines *interfaces)
{
	CLEANUP_FREE char *directory = format_text("/sys/block/%s/device", disk);
	CLEANUP_FREE char *parent = format_text(
		"%.*s", (int)(path_name(link) - link) - (path_name(link) > link), link);
	char **names = root_list(directory);
	bool found = find_nvme(path_name(parent), interfaces);

	for (size_t i = 0; names[i] != NULL; i++)
		if (text_begins(names[i], "nvme"))
			found |= find_nvme(names[i], interfaces);
	root_list_free(names);
	return found;
}

/* nbd-client's own command line has the server; with none, and for Ceph's disks, it may
 * be behind any interface that is up. */
static bool find_nbd(const char *disk, struct lines *interfaces)
{
	CLEANUP_FREE char *pid_path = format_text("/sys/block/%s/pid", disk);
	CLEANUP_FREE char *pid = root_read_word(pid_path);
	CLEANUP_FREE char *path =
		format_text("/proc/%s/cmdline", pid != NULL ? pid : "none");
	CLEANUP_FREE char *text = NULL;
	size_t length;

	if (!text_begins(disk, "nbd") && !text_begins(disk, "rbd"))
		return false;
	/* qemu-nbd without an address has a file of this machine. */
	if (pid == NULL || root_read(path, &text, &length) < 0 ||
		(!addresses_add_interfaces((struct span){text, length}, interfaces) &&
			strcmp(path_name(text), "qemu-nbd") != 0))
		interfaces_add_up(interfaces);
	return true;
}

static void add_disk(const struct reading *reading, const char *disk)
{
	CLEANUP_FREE char *path = format_text("/sys/block/%s", disk);
	CLEANUP_FREE char *link = root_link(path);
	CLEANUP_FREE char *what = format_text("the disk %s, which is in use,", disk);
	CLEANUP_FREE char *use = NULL;
	struct lines interfaces = {0};

	if (link == NULL || !(find_iscsi(link, &interfaces) ||
				    find_nvme_of(disk, link, &interfaces) ||
				    find_nbd(disk, &interfaces)))
		return;
	use = disk_use(disk);
	if (use != NULL)
		add(reading, &interfaces, what);
	lines_free(&interfaces);
}

void needs_of_network_storage(const struct next_boot *boot, struct needs *needs)
{
	struct reading reading = {boot, needs};
	char **disks = root_list("/sys/block");

	add_mounts(&reading);
	for (size_t i = 0; disks[i] != NULL; i++)
		add_disk(&reading, disks[i]);
	root_list_free(disks);
}
