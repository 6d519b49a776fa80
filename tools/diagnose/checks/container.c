/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: whether Proxmox reads their configuration as its author meant it. */
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/diagnose/each-guest.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/wishes-of-guests.h"

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

#define CORRECT "correct the line in {file}: Proxmox warns and goes on without it"
VERDICT understood = {CHECK_PASS, "Proxmox understands every line of the configuration"};
VERDICT device_dropped = {CHECK_FAIL, "line {1}, column {2}: {3}", CORRECT};
VERDICT line_dropped = {CHECK_WARN, "line {1}, column {2}: {3}", CORRECT};
VERDICT unknown_to_lxc = {
	CHECK_WARN, "line {1}: LXC knows no {2}, and Proxmox drops the line", CORRECT};

static void note_problem(struct findings *findings, struct verdict_notes *notes,
	const struct container_guest *guest, const struct pve_problem *problem)
{
	CLEANUP_FREE char *path = line_path(guest->path, problem->line);
	CLEANUP_FREE char *text = span_copy(problem->text);
	CLEANUP_FREE char *line = format_text("%u", problem->line);
	CLEANUP_FREE char *column = format_text("%u", problem->column);

	verdict_note(findings, notes,
		is_about_devices(&guest->conf.conf, problem) ? &device_dropped
							     : &line_dropped,
		path, text, line, column, problem->what, NULL);
}

static void note_key(struct findings *findings, struct verdict_notes *notes,
	const struct container_guest *guest, const struct pve_line *from)
{
	CLEANUP_FREE char *path = line_path(guest->path, from->line);
	CLEANUP_FREE char *text = pve_line_text(from);
	CLEANUP_FREE char *line = format_text("%u", from->line);
	CLEANUP_FREE char *key = span_copy(from->key);

	if (from->section == 0 && span_starts(from->key, "lxc.") &&
		!is_lxc_key(from->key))
		verdict_note(
			findings, notes, &unknown_to_lxc, path, text, line, key, NULL);
}

static void check_conf(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	const struct pve_conf *conf = &guest->conf.conf;
	CLEANUP_FREE char *settings = format_text("%zu settings", conf->line_count);
	unsigned int end = pve_conf_first_snapshot(conf);
	struct verdict_notes notes = {0};

	(void)context;
	for (size_t i = 0; i < conf->problem_count; i++)
		if (conf->problem[i].line < end)
			note_problem(findings, &notes, guest, &conf->problem[i]);
	for (size_t i = 0; i < conf->line_count; i++)
		note_key(findings, &notes, guest, &conf->line[i]);
	if (notes.worst == NULL)
		verdict_note(findings, &notes, NULL, guest->path, settings, NULL);
	verdict_conclude(findings, &notes, &understood);
}

VERDICT no_proxmox = {CHECK_FAIL, "this is no Proxmox host",
	"run it on the host that has container {1}"};
VERDICT unreadable = {CHECK_UNKNOWN, "the configuration of container {1} cannot be read",
	"run it as root", "sudo vfio-early diagnose --ct {1}"};
VERDICT elsewhere = {CHECK_FAIL, "container {1} is on the node {2}", "run it on {2}"};
VERDICT is_vm = {CHECK_FAIL, "there is no container {1}: {1} is a VM", "ask about the VM",
	"vfio-early diagnose --vm {1}"};
VERDICT nowhere = {
	CHECK_FAIL, "there is no container {1}", "look up its number", "pct list"};

/* The named container does not exist: that, and where it may be, is the answer. */
static void say_missing(const struct context *context, struct findings *findings)
{
	long id = context->request.container;
	CLEANUP_FREE char *number = format_text("%ld", id);
	CLEANUP_FREE char *path = format_text("/etc/pve/lxc/%ld.conf", id);
	CLEANUP_FREE char *node = guests_other_node("lxc", id);
	CLEANUP_FREE char *vm = format_text("/etc/pve/qemu-server/%ld.conf", id);
	bool there = root_exists(path);

	if (!context->guests->pve) {
		verdict_row(findings, &no_proxmox, number, NULL);
		finding_evidence(findings, "/etc/pve", "absent");
		return;
	}
	verdict_row(findings,
		there		  ? &unreadable
		: node != NULL	  ? &elsewhere
		: root_exists(vm) ? &is_vm
				  : &nowhere,
		number, node, NULL);
	finding_evidence(findings, path, there ? "not readable" : "absent");
}

static void check_parse(const struct context *context, struct findings *findings)
{
	static const struct check each = {.run_container = check_conf};

	if (context->guests != NULL && context->request.container >= 0 &&
		guests_next_container(context, NULL) == NULL)
		say_missing(context, findings);
	else
		each_guest_ask(&each, context, findings);
}

const struct check container_checks[] = {
	{.id = "CT-CONF-PARSE",
		.about = "whether Proxmox understands each line of the container's file",
		.run = check_parse},
	{0},
};
