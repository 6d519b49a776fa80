/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/lxc-conf.h"
#include "tools/guests/lxc-containers.h"

/* Where the containers are: lxc.lxcpath of /etc/lxc/lxc.conf (lxc.system.conf(5)). */
static char *lxc_path(void)
{
	struct container system;
	char *path = copy_text("/var/lib/lxc"), *text;

	if (container_load_lxc("/etc/lxc/lxc.conf", &text, &system) < 0)
		return path;
	for (size_t i = 0; i < system.conf.line_count; i++)
		if (span_is(system.conf.line[i].key, "lxc.lxcpath")) {
			free(path);
			path = span_copy(system.conf.line[i].value);
		}
	return path;
}

static bool is_number(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0';
}

/* 1 if there is one, 0 if the directory is of something else, or -errno. */
static int read_one(
	const char *directory, const char *name, struct container_guest *guest)
{
	CLEANUP_FREE char *cgroup = format_text("lxc.payload.%s", name);
	char *path = format_text("%s/%s/config", directory, name);
	int error;

	*guest = (struct container_guest){.system = CONTAINER_LXC, .path = path};
	error = container_load_lxc(path, &guest->text, &guest->conf);
	if (error < 0) {
		free(path);
		return error == -ENOENT || error == -ENOTDIR ? 0 : error;
	}
	guest->id = copy_text(name);
	container_guest_complete(guest, cgroup);
	return 1;
}

int lxc_containers_read(bool proxmox, struct container_guest **list, size_t *count)
{
	CLEANUP_FREE char *directory = lxc_path();
	int error = root_list_error(directory);
	char **names = root_list(directory);

	for (size_t i = 0; names[i] != NULL; i++) {
		struct container_guest guest;
		int result;

		if (proxmox && is_number(names[i]))
			continue;
		result = read_one(directory, names[i], &guest);
		if (result > 0)
			*ARRAY_ADD(*list, *count) = guest;
		else if (result < 0 && error == 0)
			error = result;
	}
	root_list_free(names);
	return error;
}
