/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: whether their system reads their configuration as its author meant it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/guests/lxc-conf.h"
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
#define CORRECT_LXC "correct the line in {4}"
static const char problem_title[] = "line {1}, column {2}: {3}";
VERDICT understood = {CHECK_PASS, "{system} understands every line of the configuration"};
VERDICT device_dropped = {CHECK_FAIL, problem_title, CORRECT};
VERDICT line_dropped = {CHECK_WARN, problem_title, CORRECT};
VERDICT unknown_to_lxc = {
	CHECK_WARN, "line {1}: LXC knows no {2}, and Proxmox drops the line", CORRECT};
VERDICT refused_by_lxc = {CHECK_FAIL, problem_title, CORRECT_LXC};
VERDICT unknown_key = {CHECK_FAIL,
	"line {1}: LXC knows no {2}, and refuses the whole configuration",
	"correct the line in {3}"};
VERDICT renamed_key = {
	CHECK_FAIL, problem_title, "have the keys renamed", "lxc-update-config -c {4}"};
/* it was started before LXC became that strict, and will not be again */
VERDICT renamed_key_runs = {
	CHECK_WARN, problem_title, "have the keys renamed", "lxc-update-config -c {4}"};
VERDICT stopped_unread = {CHECK_UNKNOWN,
	"the container's file cannot be read while it is stopped: its storage is mounted "
	"while it runs only",
	"start it and ask again", "{start}"};
VERDICT file_strange = {CHECK_UNKNOWN,
	"the container's file is not of the form in which {system} writes it",
	"look into {1}"};

VERDICT unreadable = {CHECK_UNKNOWN, "the configuration of container {1} cannot be read",
	"run it as root", "sudo vfio-early diagnose --ct {1}"};

static const struct verdict *judge_problem(
	const struct container_guest *guest, const struct pve_problem *problem)
{
	if (problem->what == lxc_renamed_key)
		return guest->pid > 0 ? &renamed_key_runs : &renamed_key;
	if (guest->conf.lxc)
		return &refused_by_lxc;
	return is_about_devices(&guest->conf.conf, problem) ? &device_dropped
							    : &line_dropped;
}

static void note_problem(struct findings *findings, struct verdict_notes *notes,
	const struct container_guest *guest, const struct pve_problem *problem)
{
	const char *file = problem->file != NULL ? problem->file : guest->path;
	CLEANUP_FREE char *path = line_path(file, problem->line);
	CLEANUP_FREE char *text = span_copy(problem->text);
	CLEANUP_FREE char *line = format_text("%u", problem->line);
	CLEANUP_FREE char *column = format_text("%u", problem->column);

	verdict_note(findings, notes, judge_problem(guest, problem), path, text, line,
		column, problem->what,
		problem->file != NULL ? problem->file : guest->words.file, NULL);
}

static void note_key(struct findings *findings, struct verdict_notes *notes,
	const struct container_guest *guest, const struct pve_line *from)
{
	CLEANUP_FREE char *path = container_line_path(guest, from);
	CLEANUP_FREE char *text = pve_line_text(from);
	CLEANUP_FREE char *line = format_text("%u", from->line);
	CLEANUP_FREE char *key = span_copy(from->key);

	if (from->section == 0 && span_starts(from->key, "lxc.") &&
		!is_lxc_key(from->key))
		verdict_note(findings, notes,
			guest->conf.lxc ? &unknown_key : &unknown_to_lxc, path, text,
			line, key, from->file != NULL ? from->file : guest->words.file,
			NULL);
}

static void check_conf(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	const struct pve_conf *conf = &guest->conf.conf;
	CLEANUP_FREE char *settings = format_text("%zu settings", conf->line_count);
	unsigned int end = pve_conf_first_snapshot(conf);
	struct verdict_notes notes = {0};

	(void)context;
	if (guest->error < 0) {
		verdict_row(findings,
			guest->error == -EACCES	  ? &unreadable
			: guest->error == -EINVAL ? &file_strange
						  : &stopped_unread,
			guest->error == -EACCES ? guest->id : guest->path, NULL);
		finding_evidence(findings, guest->path, "%s", strerror(-guest->error));
		return;
	}
	for (size_t i = 0; i < conf->problem_count; i++)
		if (conf->problem[i].line < end)
			note_problem(findings, &notes, guest, &conf->problem[i]);
	for (size_t i = 0; i < conf->line_count; i++)
		note_key(findings, &notes, guest, &conf->line[i]);
	if (notes.worst == NULL)
		verdict_note(findings, &notes, NULL, guest->path, settings, NULL);
	verdict_conclude(findings, &notes, &understood);
}

VERDICT no_containers = {CHECK_FAIL, "there is no container {1}, nor any other",
	"run it on the host that has container {1}"};
VERDICT elsewhere = {CHECK_FAIL, "container {1} is on the node {2}", "run it on {2}"};
VERDICT is_vm = {CHECK_FAIL, "there is no container {1}: {1} is a VM", "ask about the VM",
	"vfio-early diagnose --vm {1}"};
VERDICT nowhere = {CHECK_FAIL, "there is no container {1}",
	"ask about one of those that there are: {2}"};
VERDICT nowhere_in_proxmox = {
	CHECK_FAIL, "there is no container {1}", "look up its number", "pct list"};

/* "901, web"; NULL: there are none. malloc'ed. */
static char *names_there(const struct guests *guests)
{
	char *names = NULL;

	for (size_t i = 0; i < guests->containers; i++)
		text_append(&names, "%s%s", i > 0 ? ", " : "", guests->container[i].id);
	return names;
}

/* The named container does not exist: that, and where it may be, is the answer. */
static void say_missing(const struct context *context, struct findings *findings)
{
	const char *id = context->request.container;
	const struct guests *guests = context->guests;
	CLEANUP_FREE char *path = format_text("/etc/pve/lxc/%s.conf", id);
	CLEANUP_FREE char *node = guests_other_node("lxc", id);
	CLEANUP_FREE char *vm = format_text("/etc/pve/qemu-server/%s.conf", id);
	CLEANUP_FREE char *names = names_there(guests);
	bool there = root_exists(path);

	verdict_row(findings,
		there || (node == NULL && guests->container_error < 0) ? &unreadable
		: node != NULL					       ? &elsewhere
		: root_exists(vm)				       ? &is_vm
		: names != NULL					       ? &nowhere
		: guests->pve ? &nowhere_in_proxmox
			      : &no_containers,
		id, node != NULL ? node : names, NULL);
	finding_evidence(findings, guests->pve ? path : "/var/lib/lxc",
		there ? "not readable" : "absent");
}

static void check_parse(const struct context *context, struct findings *findings)
{
	static const struct check each = {
		.id = "CT-CONF-PARSE", .run_container = check_conf};

	if (context->guests != NULL && context->request.container != NULL &&
		guests_next_container(context, NULL) == NULL)
		say_missing(context, findings);
	else
		each_guest_ask(&each, context, findings);
}

const struct check container_checks[] = {
	{.id = "CT-CONF-PARSE",
		.about = "whether each line of the container's file is understood",
		.run = check_parse},
	{0},
};
