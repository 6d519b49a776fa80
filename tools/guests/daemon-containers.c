/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/daemon-conf.h"
#include "tools/guests/daemon-containers.h"

/* Where a daemon keeps its containers, and below what NAME/lxc.conf lies (Incus
 * internal/server/sys/os.go, LXD lxd/sys/os.go; its snap has its own root). */
static const struct daemon {
	enum container_system system;
	const char *containers;
	const char *runs[2];
} daemons[] = {
	{CONTAINER_INCUS, "/var/lib/incus/containers", {"/run/incus", "/var/log/incus"}},
	{CONTAINER_LXD, "/var/lib/lxd/containers", {"/var/log/lxd"}},
	{CONTAINER_LXD, "/var/snap/lxd/common/lxd/containers",
		{"/var/snap/lxd/common/lxd/logs"}},
};

/* "PROJECT_NAME" outside of the usual project: neither has that character. */
static void set_names(struct container_guest *guest, const char *name)
{
	const char *line = strrchr(name, '_');

	guest->id = copy_text(line != NULL ? line + 1 : name);
	if (line != NULL)
		guest->project = format_text("%.*s", (int)(line - name), name);
}

static void read_effective(
	const struct daemon *daemon, const char *name, struct container_guest *guest)
{
	for (size_t i = 0; i < ARRAY_SIZE(daemon->runs) && daemon->runs[i] != NULL; i++) {
		char *path = format_text("%s/%s/lxc.conf", daemon->runs[i], name);

		if (guest->effective_text == NULL) {
			free(guest->effective_path);
			guest->effective_path = path;
			if (container_load_lxc(
				    path, &guest->effective_text, &guest->effective) < 0)
				guest->effective_text = NULL;
		} else {
			free(path);
		}
	}
}

/* Where its own file lies in storage that is not mounted here, what it was started with
 * is all that can be known. */
static void use_effective(struct container_guest *guest)
{
	free(guest->path);
	guest->path = guest->effective_path;
	guest->text = guest->effective_text;
	container_load_lxc(guest->path, &guest->text, &guest->conf);
	guest->error = 0;
	/* the daemon's own are no business of ours */
	guest->conf.hook_count = 0;
}

static void read_one(
	const struct daemon *daemon, const char *name, struct container_guest *guest)
{
	CLEANUP_FREE char *cgroup = format_text("lxc.payload.%s", name);
	size_t length;

	*guest = (struct container_guest){.system = daemon->system};
	set_names(guest, name);
	guest->path = format_text("%s/%s/backup.yaml", daemon->containers, name);
	guest->error = root_read(guest->path, &guest->text, &length);
	read_effective(daemon, name, guest);
	if (guest->error == 0)
		guest->error = daemon_conf_read(
			(struct span){guest->text, length}, &guest->conf);
	if (guest->error < 0 && container_cgroup_process(cgroup) > 0 &&
		guest->effective_text != NULL)
		use_effective(guest);
	container_guest_complete(guest, cgroup);
}

int daemon_containers_read(struct container_guest **list, size_t *count)
{
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(daemons); i++) {
		char **names = root_list(daemons[i].containers);
		int result = root_list_error(daemons[i].containers);

		if (error == 0)
			error = result;
		for (size_t j = 0; names[j] != NULL; j++) {
			struct container_guest guest;

			read_one(&daemons[i], names[j], &guest);
			*ARRAY_ADD(*list, *count) = guest;
		}
		root_list_free(names);
	}
	return error;
}
