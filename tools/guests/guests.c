/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/container-guest.h"
#include "tools/guests/daemon-containers.h"
#include "tools/guests/guests.h"
#include "tools/guests/lxc-containers.h"

/* "901.conf" is 901; -1 for every other name. */
static long guest_number(const char *name)
{
	struct span span = span_of(name);
	uint64_t number;

	if (span.length <= 5 || strcmp(name + span.length - 5, ".conf") != 0)
		return -1;
	span.length -= 5;
	return span_number(span, 10, 999999999, &number) ? (long)number : -1;
}

static int read_vm(struct guests *guests, long id)
{
	struct vm_guest guest = {.id = id};
	CLEANUP_FREE char *pid_path = format_text("/run/qemu-server/%ld.pid", id);
	CLEANUP_FREE char *pid = root_read_word(pid_path);
	size_t length;
	int error;

	guest.path = format_text("/etc/pve/qemu-server/%ld.conf", id);
	error = root_read(guest.path, &guest.text, &length);
	if (error < 0) {
		free(guest.path);
		return error;
	}
	guest.name = format_text("VM %ld", id);
	vm_read((struct span){guest.text, length}, &guest.vm);
	if (pid != NULL) {
		CLEANUP_FREE char *process = format_text("/proc/%s", pid);

		/* The file stays behind when QEMU dies. */
		guest.pid = root_exists(process) ? strtol(pid, NULL, 10) : 0;
	}
	*ARRAY_ADD(guests->vm, guests->vms) = guest;
	return 0;
}

static int read_container(struct guests *guests, long id)
{
	struct container_guest guest;
	int error = container_guest_read(id, &guest);

	if (error == 0)
		*ARRAY_ADD(guests->container, guests->containers) = guest;
	return error;
}

/* Those of one system side by side, numbers by their size. */
static int by_container(const void *a, const void *b)
{
	const struct container_guest *left = a, *right = b;

	if (left->system != right->system)
		return (left->system > right->system) - (left->system < right->system);
	return strverscmp(left->id, right->id);
}

static int by_vm(const void *a, const void *b)
{
	const struct vm_guest *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

/* Keeps the first error. */
static void keep(int *error, int result)
{
	if (result < 0 && *error == 0)
		*error = result;
}

static char **list_guests(const char *directory, int *error)
{
	keep(error, root_list_error(directory));
	return root_list(directory);
}

/* Reads every N.conf in a directory; the first error is kept in `*error`. */
static void read_directory(struct guests *guests, const char *directory,
	int (*read)(struct guests *, long), int *error)
{
	char **names = list_guests(directory, error);

	for (size_t i = 0; names[i] != NULL; i++) {
		long id = guest_number(names[i]);

		keep(error, id >= 0 ? read(guests, id) : 0);
	}
	root_list_free(names);
}

static void read_domains(struct guests *guests, int *error)
{
	char **names = list_guests("/etc/libvirt/qemu", error);

	for (size_t i = 0; names[i] != NULL; i++) {
		struct domain_guest guest = {0};
		CLEANUP_FREE char *text = NULL;
		CLEANUP_FREE char *status = NULL;
		size_t length = strlen(names[i]);
		int result;

		if (length <= 4 || strcmp(names[i] + length - 4, ".xml") != 0)
			continue;
		guest.path = format_text("/etc/libvirt/qemu/%s", names[i]);
		result = root_read(guest.path, &text, &length);
		if (result < 0) {
			free(guest.path);
			keep(error, result);
			continue;
		}
		if (domain_read(text, length, &guest.domain, &guest.why) < 0)
			guest.name = format_text("libvirt domain %.*s",
				(int)strlen(names[i]) - 4, names[i]);
		else
			guest.name = format_text("libvirt domain %s", guest.domain.name);
		status = format_text("/run/libvirt/qemu/%s", names[i]);
		guest.running = root_exists(status);
		*ARRAY_ADD(guests->domain, guests->domains) = guest;
	}
	root_list_free(names);
}

const char *domain_guest_name(const struct domain_guest *guest)
{
	return guest->name + strlen("libvirt domain ");
}

/* A machine's name in the cluster is its host name without the domain. */
static char *node_name(void)
{
	/* /etc/pve/local is a link to nodes/NAME */
	char *name = root_link_name("/etc/pve/local");

	if (name == NULL)
		name = root_read_word("/proc/sys/kernel/hostname");
	if (name == NULL)
		name = root_read_word("/etc/hostname");
	if (name == NULL)
		return copy_text("");
	name[strcspn(name, ".")] = '\0';
	return name;
}

static void read_reservations(struct guests *guests)
{
	CLEANUP_FREE char *text = NULL;
	size_t length;

	if (root_read(RESERVATIONS_PATH, &text, &length) == 0)
		reservations_read((struct span){text, length}, &guests->reservations);
}

char *guests_other_node(const char *kind, const char *id)
{
	char **nodes = root_list("/etc/pve/nodes");
	char *found = NULL;

	for (size_t i = 0; nodes[i] != NULL && found == NULL; i++) {
		CLEANUP_FREE char *path =
			format_text("/etc/pve/nodes/%s/%s/%s.conf", nodes[i], kind, id);

		if (root_exists(path))
			found = copy_text(nodes[i]);
	}
	root_list_free(nodes);
	return found;
}

int guests_read(struct guests *guests)
{
	size_t length;
	int error = 0;

	*guests = (struct guests){0};
	guests->pve = root_exists("/etc/pve");
	guests->node = node_name();
	read_directory(guests, "/etc/pve/lxc", read_container, &error);
	keep(&error, lxc_containers_read(
			     guests->pve, &guests->container, &guests->containers));
	keep(&error, daemon_containers_read(&guests->container, &guests->containers));
	guests->container_error = error;
	read_directory(guests, "/etc/pve/qemu-server", read_vm, &error);
	if (guests->containers > 1)
		qsort(guests->container, guests->containers, sizeof(*guests->container),
			by_container);
	if (guests->vms > 1)
		qsort(guests->vm, guests->vms, sizeof(*guests->vm), by_vm);
	read_domains(guests, &error);
	if (root_read(MAPPING_PATH, &guests->mapping_text, &length) == 0)
		mapping_read(
			(struct span){guests->mapping_text, length}, &guests->mapping);
	read_reservations(guests);
	return error;
}
