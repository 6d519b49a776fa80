/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/system/node.h"
#include "tools/system/root.h"
#include "tools/guests/container-guest.h"
#include "tools/guests/node-kinds.h"
#include "tools/guests/node-numbers.h"

/* The first process of a control group; 0 if it has none. */
static long group_process(const char *group)
{
	CLEANUP_FREE char *path = format_text("%s/cgroup.procs", group);
	CLEANUP_FREE char *text = root_read_word(path);

	return text != NULL ? strtol(text, NULL, 10) : 0;
}

/* A process of the container: systemd moves them out of the topmost group, and other
 * programs that start services may do so. */
static long process_below(const char *root, const char *cgroup)
{
	static const char *const places[] = {"ns", "ns/init.scope", "init.scope", ""};
	CLEANUP_FREE char *top = format_text("%s/%s", root, cgroup);
	char **names;
	long pid = 0;

	for (size_t i = 0; i < ARRAY_SIZE(places) && pid == 0; i++) {
		CLEANUP_FREE char *group = format_text("%s/%s", top, places[i]);

		pid = group_process(group);
	}
	if (pid > 0)
		return pid;
	names = root_list(top);
	for (size_t i = 0; names[i] != NULL && pid == 0; i++) {
		CLEANUP_FREE char *group = format_text("%s/%s", top, names[i]);

		pid = group_process(group);
	}
	root_list_free(names);
	return pid;
}

#define CGROUP1_DEVICES "/sys/fs/cgroup/devices"
bool container_uses_cgroup1(void)
{
	return root_exists(CGROUP1_DEVICES);
}

/* With cgroup v1 the groups are below each controller. */
long container_cgroup_process(const char *cgroup)
{
	return process_below(
		container_uses_cgroup1() ? CGROUP1_DEVICES : "/sys/fs/cgroup", cgroup);
}

/* When a process started, in seconds since the epoch; 0 if that cannot be told. */
static long long process_start(long pid)
{
	CLEANUP_FREE char *path = format_text("/proc/%ld/stat", pid);
	CLEANUP_FREE char *text = root_read_word(path);
	CLEANUP_FREE char *system = root_read_word("/proc/stat");
	const char *booted = system != NULL ? strstr(system, "btime ") : NULL;
	/* The second field is a name in brackets with anything in it. */
	const char *at = text != NULL ? strrchr(text, ')') : NULL;
	long ticks = sysconf(_SC_CLK_TCK);

	if (at == NULL || booted == NULL || ticks <= 0)
		return 0;
	/* Field 22 is the start in clock ticks after the boot. */
	for (int field = 2; field < 22 && at != NULL; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return 0;
	return strtoll(booted + 6, NULL, 10) + strtoll(at, NULL, 10) / ticks;
}

/* The script that a hook runs: a file, or what sh -c is given. */
static void read_hook(struct container_hook *hook)
{
	struct span rest = hook->command, word;
	CLEANUP_FREE char *text = NULL;
	size_t length;

	if (span_starts(rest, "/") && span_word(&rest, &word)) {
		hook->script = span_copy(word);
		hook->error = root_read(hook->script, &text, &length);
		if (hook->error == 0)
			hook->node = hook_script_nodes(
				(struct span){text, length}, &hook->node_count);
		return;
	}
	hook->node = hook_script_nodes(hook->command, &hook->node_count);
}

static void read_hooks(struct container *container)
{
	for (size_t i = 0; i < container->hook_count; i++)
		read_hook(&container->hook[i]);
}

/* A node made elsewhere and mounted under a name of its own is known by its numbers. */
static void know_by_numbers(struct container *container)
{
	for (size_t i = 0; i < container->mount_count; i++) {
		struct container_mount *mount = &container->mount[i];
		CLEANUP_FREE char *path = span_copy(mount->source);
		struct node node;

		if (mount->known_as == NULL && path[0] == '/' &&
			gpu_node_kind(mount->source) == GPU_NODE_NONE &&
			node_read(path, &node) == 0 && node.type == 'c')
			mount->known_as = node_known_as(&node);
	}
}

void container_guest_complete(struct container_guest *guest, const char *cgroup)
{
	guest->name = container_name(guest->system, guest->id, guest->project);
	guest->pid = container_cgroup_process(cgroup);
	if (guest->pid > 0)
		guest->started = process_start(guest->pid);
	guest->words = container_words(
		guest->system, guest->id, guest->project, guest->path, guest->pid > 0);
	read_hooks(&guest->conf);
	know_by_numbers(&guest->conf);
	if (container_uses_cgroup1()) {
		container_use_cgroup1(&guest->conf);
		container_use_cgroup1(&guest->effective);
	}
}

int container_guest_read(long id, struct container_guest *guest)
{
	CLEANUP_FREE char *cgroup = format_text("lxc/%ld", id);
	size_t length;
	int error;

	*guest = (struct container_guest){.system = CONTAINER_PROXMOX};
	guest->path = format_text("/etc/pve/lxc/%ld.conf", id);
	error = root_read(guest->path, &guest->text, &length);
	if (error < 0) {
		free(guest->path);
		return error;
	}
	guest->id = format_text("%ld", id);
	container_read((struct span){guest->text, length}, &guest->conf);
	guest->effective_path = format_text("/var/lib/lxc/%ld/config", id);
	if (root_read(guest->effective_path, &guest->effective_text, &length) == 0)
		container_read_lxc(
			(struct span){guest->effective_text, length}, &guest->effective);
	/* the rules that take everything away are in what Proxmox includes */
	guest->effective.lxc = guest->effective.open = false;
	container_guest_complete(guest, cgroup);
	return 0;
}

char *container_line_path(
	const struct container_guest *guest, const struct pve_line *line)
{
	return line_path(line->file != NULL ? line->file : guest->path, line->line);
}

/* Takes the next group of /etc/group off the front: "video:x:44:alice". */
static bool next_group(struct span *rest, struct span *name, uint64_t *number)
{
	struct span line, password, field;

	while (span_line(rest, &line))
		if (span_piece(&line, ':', name) && span_piece(&line, ':', &password) &&
			span_piece(&line, ':', &field) &&
			span_number(field, 10, UINT32_MAX, number))
			return true;
	return false;
}

static int read_groups(const struct container_guest *guest, char **text)
{
	CLEANUP_FREE char *path = format_text("/proc/%ld/root/etc/group", guest->pid);

	return guest->pid > 0 ? root_read(path, text, NULL) : -ESRCH;
}

bool container_group_number(
	const struct container_guest *guest, const char *name, uint32_t *number)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, group;
	uint64_t id;

	if (read_groups(guest, &text) < 0)
		return false;
	rest = span_of(text);
	while (next_group(&rest, &group, &id))
		if (span_is(group, name)) {
			*number = (uint32_t)id;
			return true;
		}
	return false;
}

int container_group_name(
	const struct container_guest *guest, uint32_t number, char **name)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, group;
	uint64_t id;
	int error = read_groups(guest, &text);

	if (error < 0)
		return error;
	rest = span_of(text);
	while (next_group(&rest, &group, &id))
		if (id == number) {
			*name = span_copy(group);
			return 1;
		}
	return 0;
}

/* Of one directory inside; those directly below it. */
static void see_in(
	const struct container_guest *guest, const char *directory, struct lines *nodes)
{
	CLEANUP_FREE char *inside =
		format_text("/proc/%ld/root%s", guest->pid, directory);
	char **names = root_list(inside);

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *name = format_text("%s/%s", directory, names[i]);
		CLEANUP_FREE char *path = format_text("%s/%s", inside, names[i]);
		struct node node;

		if (gpu_node_kind(span_of(name)) != GPU_NODE_NONE &&
			node_read(path, &node) == 0 && node.type == 'c')
			lines_add(nodes, "%s", name);
	}
	root_list_free(names);
}

void container_guest_sees(const struct container_guest *guest, struct lines *nodes)
{
	static const char *const directories[] = {
		"/dev", "/dev/dri", "/dev/nvidia-caps", "/dev/accel"};

	for (size_t i = 0; guest->pid > 0 && i < ARRAY_SIZE(directories); i++)
		see_in(guest, directories[i], nodes);
}
