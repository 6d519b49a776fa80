/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: lines that Proxmox reads and that have no effect all the same. */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/guests/guests.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/wishes-of-guests.h"
#include "tools/diagnose/checks/set-nodes.h"

/* Whether the main section has what this node is for: the node itself, or of a card's own
 * nodes another. A snapshot rightly remembers what was there when it was taken. */
static bool main_has(const struct wanted_node *wanted, size_t count, struct span name)
{
	enum gpu_node kind = gpu_node_kind(name);
	bool vital = span_is(name, "/dev/nvidiactl") || span_is(name, "/dev/nvidia-uvm");

	for (size_t i = 0; i < count; i++) {
		enum gpu_node has = gpu_node_kind(wanted[i].name);

		if (span_same(wanted[i].name, name) || (has == kind && !vital) ||
			(kind == GPU_NODE_NVIDIA_ALL && has == GPU_NODE_NVIDIA && !vital))
			return true;
	}
	return false;
}

#define RESTART "restart the container", "{restart}"
/* Behind this remedy come the commands that set the nodes. */
#define SET_ANEW \
	"set the nodes anew, which writes to the right place, and restart the container"
static const char pending_title[] =
	"{1} is among the pending changes, which take effect when the container is restarted";
static const char snapshot_title[] =
	"the line of {1} stands in the snapshot [{2}], where it has no effect";
static const char nothing_title[] =
	"nothing in the configuration asks for a graphics device";
VERDICT all_in_place = {CHECK_PASS, "every graphics node stands where it has an effect"};
VERDICT comes_otherwise = {
	CHECK_PASS, "the running container has {1}, which comes another way than {2}"};
VERDICT wanted_pending = {CHECK_FAIL, pending_title, RESTART};
VERDICT pending = {CHECK_WARN, pending_title, RESTART};
VERDICT wanted_in_snapshot = {CHECK_FAIL, snapshot_title, SET_ANEW};
VERDICT in_snapshot = {CHECK_WARN, snapshot_title, SET_ANEW};
VERDICT in_older_snapshot = {CHECK_INFO, snapshot_title};
VERDICT asked_for_nothing = {CHECK_FAIL, nothing_title, "give it the card"};
VERDICT nothing = {CHECK_INFO, nothing_title};

/* What a line in another section than the main one comes to. A script that appends to the
 * file hits the last section; what an older snapshot holds was there when it was taken.
 */
static const struct verdict *judge_section(
	const struct pve_conf *conf, size_t section, bool wanted)
{
	if (conf->section[section].kind == PVE_PENDING)
		return wanted ? &wanted_pending : &pending;
	if (section != conf->section_count - 1)
		return &in_older_snapshot;
	return wanted ? &wanted_in_snapshot : &in_snapshot;
}

struct strays {
	struct findings *findings;
	struct verdict_notes notes;
	const struct container_guest *guest;
	struct wanted_node *wanted; /* the nodes of the main section */
	size_t count;
	bool asked;	    /* the container is to have a card */
	struct lines nodes; /* to set anew */
};

/* A node that stands in another section only. */
static void note_stray(struct strays *strays, const struct wanted_node *stray)
{
	const struct pve_conf *conf = &strays->guest->conf.conf;
	const struct pve_section *section = &conf->section[stray->from->section];
	CLEANUP_FREE char *line = container_line_path(strays->guest, stray->from);
	CLEANUP_FREE char *text = pve_line_text(stray->from);
	CLEANUP_FREE char *node = span_copy(stray->name);
	CLEANUP_FREE char *name = span_copy(section->name);
	const struct verdict *verdict =
		judge_section(conf, stray->from->section, strays->asked);

	if (section->kind == PVE_MAIN ||
		main_has(strays->wanted, strays->count, stray->name))
		return;
	verdict_note(
		strays->findings, &strays->notes, verdict, line, text, node, name, NULL);
	if (verdict == &wanted_in_snapshot || verdict == &in_snapshot)
		lines_add(&strays->nodes, "%s", node);
}

/* Where nothing strays: what the main section has. */
static void note_main(struct strays *strays, const struct context *context)
{
	const struct pve_line *hook = strays->guest->conf.nvidia_hook;
	CLEANUP_FREE char *neither = format_text(
		strays->guest->system == CONTAINER_LXC ? "no %s"
						       : "neither %s nor lxc.mount.entry",
		strays->guest->words.gives);
	CLEANUP_FREE char *count =
		format_text("%zu graphics nodes in the main section", strays->count);
	CLEANUP_FREE char *line =
		hook != NULL ? container_line_path(strays->guest, hook) : NULL;
	CLEANUP_FREE char *text = hook != NULL ? pve_line_text(hook) : NULL;

	if (strays->count > 0 || hook != NULL) {
		verdict_note(strays->findings, &strays->notes, NULL,
			hook != NULL ? line : strays->guest->path,
			hook != NULL ? text : count, NULL);
		return;
	}
	verdict_note(strays->findings, &strays->notes,
		strays->asked ? &asked_for_nothing : &nothing, strays->guest->path,
		neither, NULL);
	usual_nodes(context, strays->guest, &strays->nodes);
}

/* Whether the container has a graphics node all the same: what is seen inside outweighs
 * what the file seems to lack. */
static bool say_seen(struct findings *findings, const struct container_guest *guest)
{
	CLEANUP_FREE char *ways =
		format_text("%s or lxc.mount.entry", guest->words.gives);
	struct lines seen = {0};
	bool any;

	container_guest_sees(guest, &seen);
	any = seen.count > 0;
	if (any) {
		verdict_row(findings, &comes_otherwise, seen.line[0],
			guest->system == CONTAINER_LXC ? "lxc.mount.entry" : ways, NULL);
		for (size_t i = 0; i < seen.count; i++) {
			CLEANUP_FREE char *path =
				format_text("/proc/%ld/root%s", guest->pid, seen.line[i]);

			finding_evidence(findings, path, "a device node");
		}
	}
	lines_free(&seen);
	return any;
}

static void check_sections(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	const struct container *conf = &guest->conf;
	struct strays strays = {.findings = findings, .guest = guest};
	CLEANUP_FREE struct wanted_node *named = NULL;
	const struct verdict *worst;
	size_t count;

	strays.wanted = container_wanted(conf, &strays.count);
	strays.asked = strays.count > 0 || container_is_asked(&context->request, guest);
	if (strays.count > 0 || conf->nvidia_hook != NULL || !say_seen(findings, guest)) {
		named = container_named(conf, &count);
		for (size_t i = 0; i < count; i++)
			note_stray(&strays, &named[i]);
		if (strays.notes.worst == NULL)
			note_main(&strays, context);
		worst = strays.notes.worst;
		verdict_conclude(findings, &strays.notes, &all_in_place);
		if (worst != NULL && worst->remedy != NULL && worst->commands == NULL)
			command_set_nodes(findings, guest, &strays.nodes);
	}
	lines_free(&strays.nodes);
	free(strays.wanted);
}

#define GROUP_2 "write lxc.cgroup2.devices.allow in its place; see CT-MAJORS"
static const char old_title[] =
	"there is a device rule for cgroup v1, which has no effect today";
VERDICT no_old_rules = {CHECK_PASS, "every device rule is one of the host's cgroup"};
VERDICT old_rule = {CHECK_FAIL, old_title, GROUP_2};
VERDICT new_rule = {CHECK_FAIL,
	"there is a device rule for cgroup v2, and this host has cgroup v1",
	"write lxc.cgroup.devices.allow beside it"};
/* an unprivileged container needs no rules */
VERDICT old_rule_unneeded = {CHECK_WARN, old_title, GROUP_2};

/* Whether the same stands there in the spelling that counts, too. */
static bool has_counterpart(
	const struct container *conf, const struct container_rule *rule)
{
	for (size_t i = 0; i < conf->rule_count; i++) {
		const struct container_rule *other = &conf->rule[i];

		if (!other->old && other->allow == rule->allow &&
			container_in_main(conf, other->from) &&
			span_same(other->from->value, rule->from->value))
			return true;
	}
	return false;
}

static const struct verdict *judge_old(
	const struct container *conf, const struct container_rule *rule)
{
	if (conf->unprivileged || conf->open)
		return &old_rule_unneeded;
	return span_starts(rule->from->key, "lxc.cgroup2.") ? &new_rule : &old_rule;
}

static void check_keys(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	const struct container *conf = &guest->conf;
	struct verdict_notes notes = {0};

	(void)context;
	for (size_t i = 0; i < conf->rule_count; i++) {
		const struct container_rule *rule = &conf->rule[i];
		CLEANUP_FREE char *path = container_line_path(guest, rule->from);
		CLEANUP_FREE char *text = pve_line_text(rule->from);

		if (rule->old && container_in_main(conf, rule->from) &&
			!has_counterpart(conf, rule))
			verdict_note(findings, &notes, judge_old(conf, rule), path, text,
				NULL);
	}
	if (notes.worst == NULL)
		verdict_note(findings, &notes, NULL, guest->path, "no other rule", NULL);
	verdict_conclude(findings, &notes, &no_old_rules);
}

const struct check container_section_checks[] = {
	{.id = "CT-SECTION",
		.about = "whether its graphics nodes stand outside of snapshots",
		.run_container = check_sections},
	{.id = "CT-V1-KEYS",
		.about = "whether it has device rules that have no effect any more",
		.run_container = check_keys},
	{0},
};
