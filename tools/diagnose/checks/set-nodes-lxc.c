/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/system/node.h"
#include "tools/text/string.h"
#include "tools/guests/gpu-nodes.h"
#include "tools/guests/node-numbers.h"
#include "tools/diagnose/checks/set-nodes-lxc.h"

/* Whether a mount or a hook brings the node, or the directory that it is in. */
static bool is_brought(const struct container_guest *guest, const char *path)
{
	size_t count;
	CLEANUP_FREE struct wanted_node *wanted = container_wanted(&guest->conf, &count);

	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *source = span_copy(wanted[i].source);

		if (strcmp(source, path) == 0 ||
			(wanted[i].directory && text_begins(path, source) &&
				path[strlen(source)] == '/'))
			return true;
	}
	return false;
}

static bool is_allowed(const struct container_guest *guest, const char *path,
	struct node_numbers *numbers)
{
	const struct container_rule *decides;
	struct node node;

	if (node_read(path, &node) == 0 && node.type == 'c')
		*numbers = (struct node_numbers){'c', node.major, node.minor, false};
	else if (!node_expected(span_of(path), numbers))
		return true; /* there is nothing to allow yet */
	return container_allows(
		&guest->conf, 'c', numbers->major, numbers->minor, &decides);
}

void lxc_set_nodes(struct findings *findings, const struct container_guest *guest,
	const struct lines *nodes)
{
	const char *cgroup = container_uses_cgroup1() ? "cgroup" : "cgroup2";
	struct lines rules = {0};

	for (size_t i = 0; i < nodes->count; i++) {
		const char *path = nodes->line[i];
		struct node_numbers numbers;
		CLEANUP_FREE char *rule = NULL;

		if (!is_brought(guest, path))
			finding_command(findings,
				"echo 'lxc.mount.entry = %s %s none "
				"bind,optional,create=file' >>%s",
				path, path + 1, guest->path);
		if (is_allowed(guest, path, &numbers))
			continue;
		rule = format_text(
			"lxc.%s.devices.allow = c %u:* rw", cgroup, numbers.major);
		if (!lines_has(&rules, rule))
			lines_add(&rules, "%s", rule);
	}
	for (size_t i = 0; i < rules.count; i++)
		finding_command(findings, "echo '%s' >>%s", rules.line[i], guest->path);
	lines_free(&rules);
}

/* The rule of udev's for the nodes of one kernel subsystem; NULL: it makes none. */
static const char *udev_rule(const char *path)
{
	enum gpu_node kind = gpu_node_kind(span_of(path));

	if (kind == GPU_NODE_DRI)
		return gpu_node_is_display(path_name(path))
			       ? "SUBSYSTEM==\"drm\", KERNEL==\"card[0-9]*\", MODE=\"0666\""
			       : "SUBSYSTEM==\"drm\", KERNEL==\"renderD*\", MODE=\"0666\"";
	if (kind == GPU_NODE_KFD)
		return "SUBSYSTEM==\"kfd\", KERNEL==\"kfd\", MODE=\"0666\"";
	if (kind == GPU_NODE_ACCEL)
		return "SUBSYSTEM==\"accel\", MODE=\"0666\"";
	return NULL;
}

void lxc_open_nodes(struct findings *findings, const struct lines *nodes)
{
	CLEANUP_FREE char *rules = NULL;
	struct lines seen = {0};
	bool nvidia = false;

	for (size_t i = 0; i < nodes->count; i++) {
		const char *rule = udev_rule(nodes->line[i]);

		nvidia |= gpu_node_is_nvidia(span_of(nodes->line[i]));
		if (rule != NULL && !lines_has(&seen, rule)) {
			lines_add(&seen, "%s", rule);
			text_append(&rules, " '%s'", rule);
		}
		finding_command(findings, "chmod 0666 %s", nodes->line[i]);
	}
	if (rules != NULL)
		finding_command(findings,
			"printf '%%s\\n'%s >/etc/udev/rules.d/99-container-nodes.rules",
			rules);
	if (nvidia)
		finding_command(findings,
			"echo 'options nvidia NVreg_DeviceFileMode=0666' "
			">/etc/modprobe.d/nvidia-nodes.conf");
	lines_free(&seen);
}
