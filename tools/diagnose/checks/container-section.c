/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: lines that Proxmox reads and that have no effect all the same. */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/diagnose/gathered.h"

/* Whether the main section has this path as well. */
static bool main_has(const struct wanted_node *wanted, size_t count, struct span path)
{
	for (size_t i = 0; i < count; i++)
		if (span_same(wanted[i].source, path))
			return true;
	return false;
}

struct strays {
	struct gathered gathered;
	const struct container_guest *guest;
	const struct wanted_node *wanted;
	size_t count;
	bool asked;
	struct lines paths; /* to set anew, without doubles */
};

/* A node that stands in another section only. */
static void gather_stray(
	struct strays *strays, const struct pve_line *from, struct span node)
{
	const struct pve_conf *conf = &strays->guest->conf.conf;
	const struct pve_section *section = &conf->section[from->section];
	CLEANUP_FREE char *path = line_path(strays->guest->path, from->line);
	CLEANUP_FREE char *text =
		format_text("%.*s: %.*s", SPAN(from->key), SPAN(from->value));
	enum check_status bad = strays->asked ? CHECK_FAIL : CHECK_WARN;

	if (section->kind == PVE_MAIN || gpu_node_kind(node) == GPU_NODE_NONE ||
		main_has(strays->wanted, strays->count, node))
		return;
	if (section->kind == PVE_PENDING) {
		gather(&strays->gathered, bad, path, text,
			"%.*s is among the pending changes, which take effect when the container "
			"is restarted",
			SPAN(node));
		return;
	}
	/* A script that appends to the file hits the last section; what an older snapshot
	 * holds was there when it was taken. */
	if (from->section != conf->section_count - 1)
		bad = CHECK_INFO;
	gather(&strays->gathered, bad, path, text,
		"the line of %.*s stands in the snapshot [%.*s], where it has no effect",
		SPAN(node), SPAN(section->name));
	if (bad != CHECK_INFO)
		lines_add(&strays->paths, "%.*s", SPAN(node));
}

static void check_sections(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	const struct container *conf = &guest->conf;
	struct strays strays = {.guest = guest};
	struct wanted_node *wanted = container_wanted(conf, &strays.count);
	enum check_status status;

	strays.wanted = wanted;
	strays.asked = strays.count > 0 || context->request.container == guest->id;
	for (size_t i = 0; i < conf->device_count; i++)
		gather_stray(&strays, conf->device[i].from, conf->device[i].path);
	for (size_t i = 0; i < conf->mount_count; i++)
		gather_stray(&strays, conf->mount[i].from, conf->mount[i].source);
	status = strays.gathered.status;
	if (status == CHECK_PASS && strays.count == 0) {
		gather(&strays.gathered, strays.asked ? CHECK_FAIL : CHECK_INFO,
			guest->path, "neither devN nor lxc.mount.entry",
			"nothing in the configuration asks for a graphics device");
		usual_nodes(context, guest, &strays.paths);
	} else if (status == CHECK_PASS) {
		gather_evidence(&strays.gathered, guest->path,
			"%zu graphics nodes in the main section", strays.count);
	}
	status = strays.gathered.status;
	gathered_say(&strays.gathered, findings, guest->name,
		"every graphics node stands where it has an effect");
	if (status == CHECK_FAIL || status == CHECK_WARN) {
		finding_remedy(findings,
			"set the nodes anew, which writes to the right place, and restart "
			"the container");
		command_set_nodes(findings, guest, &strays.paths);
	}
	lines_free(&strays.paths);
	free(wanted);
}

void check_section(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_sections);
}

static void check_keys(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	const struct container *conf = &guest->conf;
	struct gathered gathered = {0};
	enum check_status status;

	(void)context;
	for (size_t i = 0; i < conf->rule_count; i++) {
		const struct container_rule *rule = &conf->rule[i];
		CLEANUP_FREE char *path = line_path(guest->path, rule->from->line);
		CLEANUP_FREE char *text = format_text(
			"%.*s: %.*s", SPAN(rule->from->key), SPAN(rule->from->value));

		if (rule->old && container_in_main(conf, rule->from))
			gather(&gathered, conf->unprivileged ? CHECK_WARN : CHECK_FAIL,
				path, text,
				"there is a device rule for cgroup v1, which has no effect today");
	}
	status = gathered.status;
	if (status == CHECK_PASS)
		gather_evidence(&gathered, guest->path, "no lxc.cgroup.devices line");
	gathered_say(&gathered, findings, guest->name,
		"there are no device rules of cgroup v1");
	if (status != CHECK_PASS)
		finding_remedy(findings,
			"write lxc.cgroup2.devices.allow in its place, or better give the "
			"nodes with devN, which needs no rule (see CT-MAJORS)");
}

void check_v1_keys(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_keys);
}
