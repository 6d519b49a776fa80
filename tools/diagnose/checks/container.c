/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: whether Proxmox reads their configuration as its author meant it. */
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/diagnose/gathered.h"

/* The line at which the first snapshot begins; what follows has no effect. */
static unsigned int first_snapshot(const struct pve_conf *conf)
{
	for (size_t i = 1; i < conf->section_count; i++)
		if (conf->section[i].kind == PVE_SNAPSHOT)
			return conf->section[i].line;
	return (unsigned int)-1;
}

/* Whether the line gives a device to the container, or was meant to. */
static bool is_about_devices(
	const struct pve_conf *conf, const struct pve_problem *problem)
{
	const struct pve_line *line = pve_conf_at(conf, problem->line);

	if (line != NULL)
		return pve_key_number(line->key, "dev") >= 0 ||
		       span_has(line->key, "devices.allow") ||
		       span_has(line->value, "/dev/");
	return span_has(problem->text, "/dev/") ||
	       span_has(problem->text, "devices.allow");
}

/* Keys below lxc. that LXC has; the rest PVE drops (lxc.container.conf(5)). */
static bool is_lxc_key(struct span key)
{
	static const char *const known[] = {"apparmor.", "arch", "autodev", "cap.",
		"cgroup.", "cgroup2.", "console.", "devttydir", "environment",
		"ephemeral", "execute.", "group", "haltsignal", "hook.", "hook", "id_map",
		"idmap", "include", "init.", "keyring.session", "kmsg", "log.",
		"loglevel", "logfile", "monitor.", "mount", "namespace.", "net.",
		"network.", "no_new_privs", "pivotdir", "proc.", "prlimit.", "pty.",
		"pts", "rebootsignal", "rootfs", "sched.", "se_context", "seccomp",
		"selinux.", "signal.", "start.", "stopsignal", "sysctl.", "syslog",
		"time.", "tty", "uts.", "utsname", "aa_", "init_", "kill"};

	key = span_from(key, strlen("lxc."));
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (span_starts(key, known[i]))
			return true;
	return false;
}

static void gather_problems(
	struct gathered *gathered, const struct container_guest *guest)
{
	const struct pve_conf *conf = &guest->conf.conf;
	unsigned int end = first_snapshot(conf);

	for (size_t i = 0; i < conf->problem_count; i++) {
		const struct pve_problem *problem = &conf->problem[i];
		CLEANUP_FREE char *path = line_path(guest->path, problem->line);
		CLEANUP_FREE char *text = span_copy(problem->text);

		if (problem->line >= end)
			continue;
		gather(gathered,
			is_about_devices(conf, problem) ? CHECK_FAIL : CHECK_WARN, path,
			text, "line %u, column %u: %s", problem->line, problem->column,
			problem->what);
	}
	for (size_t i = 0; i < conf->line_count; i++) {
		const struct pve_line *line = &conf->line[i];
		CLEANUP_FREE char *path = line_path(guest->path, line->line);
		CLEANUP_FREE char *text =
			format_text("%.*s: %.*s", SPAN(line->key), SPAN(line->value));

		if (line->section == 0 && span_starts(line->key, "lxc.") &&
			!is_lxc_key(line->key))
			gather(gathered, CHECK_WARN, path, text,
				"line %u: LXC knows no %.*s, and Proxmox drops the line",
				line->line, SPAN(line->key));
	}
}

static void check_conf(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	struct gathered gathered = {0};
	enum check_status status;

	(void)context;
	gather_problems(&gathered, guest);
	status = gathered.status;
	if (gathered.path.count == 0)
		gather_evidence(&gathered, guest->path, "%zu settings",
			guest->conf.conf.line_count);
	gathered_say(&gathered, findings, guest->name,
		"Proxmox understands every line of the configuration");
	if (status != CHECK_PASS)
		finding_remedy(findings,
			"correct the line in %s: Proxmox warns and goes on without it",
			guest->path);
}

/* Another node of the cluster that has the container; malloc'ed or NULL. */
static char *other_node(long id)
{
	char **nodes = root_list("/etc/pve/nodes");
	char *found = NULL;

	for (size_t i = 0; nodes[i] != NULL && found == NULL; i++) {
		CLEANUP_FREE char *path =
			format_text("/etc/pve/nodes/%s/lxc/%ld.conf", nodes[i], id);

		if (root_exists(path))
			found = copy_text(nodes[i]);
	}
	root_list_free(nodes);
	return found;
}

/* The named container does not exist: that, and where it may be, is the answer. */
static void say_missing(const struct context *context, struct findings *findings)
{
	long id = context->request.container;
	CLEANUP_FREE char *path = format_text("/etc/pve/lxc/%ld.conf", id);
	CLEANUP_FREE char *node = other_node(id);

	if (!context->guests->pve) {
		finding(findings, CHECK_FAIL, "this is no Proxmox host");
		finding_evidence(findings, "/etc/pve", "absent");
		finding_remedy(findings, "run it on the host that has container %ld", id);
		return;
	}
	if (root_exists(path)) {
		finding(findings, CHECK_UNKNOWN,
			"the configuration of container %ld cannot be read", id);
		finding_evidence(findings, path, "not readable");
		finding_remedy(findings, "run it as root");
		finding_command(findings, "sudo vfio-early diagnose --ct %ld", id);
		return;
	}
	if (node != NULL) {
		finding(findings, CHECK_FAIL, "container %ld is on the node %s", id,
			node);
		finding_evidence(findings, path, "absent");
		finding_remedy(findings, "run it on %s", node);
		return;
	}
	finding(findings, CHECK_FAIL, "there is no container %ld", id);
	finding_evidence(findings, path, "absent");
	finding_remedy(findings, "look up its number");
	finding_command(findings, "pct list");
}

static void check_parse(const struct context *context, struct findings *findings)
{
	if (context->guests != NULL && context->request.container >= 0 &&
		guests_next_container(context, NULL) == NULL)
		say_missing(context, findings);
	else
		each_container(context, findings, check_conf);
}

const struct check container_checks[] = {
	{.id = "CT-CONF-PARSE",
		.about = "whether Proxmox understands each line of the container's file",
		.run = check_parse},
	{.id = "CT-SECTION",
		.about = "whether its graphics nodes stand outside of snapshots",
		.run = check_section},
	{.id = "CT-V1-KEYS",
		.about = "whether it has device rules that have no effect any more",
		.run = check_v1_keys},
	{.id = "CT-NODES-HOST",
		.about = "whether the host has the device nodes it wants",
		.run = check_nodes_host},
	{.id = "CT-MAJORS",
		.about = "whether its device rules fit the numbers the drivers have now",
		.run = check_majors},
	{0},
};
