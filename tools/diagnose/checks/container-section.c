/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: lines that Proxmox reads and that have no effect all the same. */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/guests/guests.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/checks/set-nodes.h"

/* Whether the main section has this path as well. */
static bool main_has(const struct wanted_node *wanted, size_t count, struct span path)
{
	for (size_t i = 0; i < count; i++)
		if (span_same(wanted[i].source, path))
			return true;
	return false;
}

/* Behind each remedy come the commands that set the nodes. */
#define SET_ANEW \
	"set the nodes anew, which writes to the right place, and restart the container"
static const char pending_title[] =
	"{1} is among the pending changes, which take effect when the container is restarted";
static const char snapshot_title[] =
	"the line of {1} stands in the snapshot [{2}], where it has no effect";
static const char nothing_title[] =
	"nothing in the configuration asks for a graphics device";
VERDICT all_in_place = {CHECK_PASS, "every graphics node stands where it has an effect"};
VERDICT wanted_pending = {CHECK_FAIL, pending_title, SET_ANEW};
VERDICT pending = {CHECK_WARN, pending_title, SET_ANEW};
VERDICT wanted_in_snapshot = {CHECK_FAIL, snapshot_title, SET_ANEW};
VERDICT in_snapshot = {CHECK_WARN, snapshot_title, SET_ANEW};
VERDICT in_older_snapshot = {CHECK_INFO, snapshot_title};
VERDICT asked_for_nothing = {CHECK_FAIL, nothing_title, SET_ANEW};
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
static void note_stray(
	struct strays *strays, const struct pve_line *from, struct span path)
{
	const struct pve_conf *conf = &strays->guest->conf.conf;
	const struct pve_section *section = &conf->section[from->section];
	CLEANUP_FREE char *line = line_path(strays->guest->path, from->line);
	CLEANUP_FREE char *text = pve_line_text(from);
	CLEANUP_FREE char *node = span_copy(path);
	CLEANUP_FREE char *name = span_copy(section->name);
	const struct verdict *verdict = judge_section(conf, from->section, strays->asked);

	if (section->kind == PVE_MAIN || gpu_node_kind(path) == GPU_NODE_NONE ||
		main_has(strays->wanted, strays->count, path))
		return;
	verdict_note(
		strays->findings, &strays->notes, verdict, line, text, node, name, NULL);
	if (verdict == &wanted_in_snapshot || verdict == &in_snapshot)
		lines_add(&strays->nodes, "%s", node);
}

/* Where nothing strays: what the main section has. */
static void note_main(struct strays *strays, const struct context *context)
{
	CLEANUP_FREE char *count =
		format_text("%zu graphics nodes in the main section", strays->count);

	if (strays->count > 0) {
		verdict_note(strays->findings, &strays->notes, NULL, strays->guest->path,
			count, NULL);
		return;
	}
	verdict_note(strays->findings, &strays->notes,
		strays->asked ? &asked_for_nothing : &nothing, strays->guest->path,
		"neither devN nor lxc.mount.entry", NULL);
	usual_nodes(context, strays->guest, &strays->nodes);
}

static void check_sections(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	const struct container *conf = &guest->conf;
	struct strays strays = {.findings = findings, .guest = guest};
	const struct verdict *worst;

	strays.wanted = container_wanted(conf, &strays.count);
	strays.asked = strays.count > 0 || context->request.container == guest->id;
	for (size_t i = 0; i < conf->device_count; i++)
		note_stray(&strays, conf->device[i].from, conf->device[i].path);
	for (size_t i = 0; i < conf->mount_count; i++)
		note_stray(&strays, conf->mount[i].from, conf->mount[i].source);
	if (strays.notes.worst == NULL)
		note_main(&strays, context);
	worst = strays.notes.worst;
	verdict_conclude(findings, &strays.notes, &all_in_place);
	if (worst != NULL && worst->remedy != NULL)
		command_set_nodes(findings, guest, &strays.nodes);
	lines_free(&strays.nodes);
	free(strays.wanted);
}

#define GROUP_2 \
	"write lxc.cgroup2.devices.allow in its place, or better give the nodes with " \
	"devN, which needs no rule (see CT-MAJORS)"
static const char old_title[] =
	"there is a device rule for cgroup v1, which has no effect today";
VERDICT no_old_rules = {CHECK_PASS, "there are no device rules of cgroup v1"};
VERDICT old_rule = {CHECK_FAIL, old_title, GROUP_2};
/* an unprivileged container needs no rules */
VERDICT old_rule_unneeded = {CHECK_WARN, old_title, GROUP_2};

static void check_keys(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	const struct container *conf = &guest->conf;
	struct verdict_notes notes = {0};

	(void)context;
	for (size_t i = 0; i < conf->rule_count; i++) {
		const struct container_rule *rule = &conf->rule[i];
		CLEANUP_FREE char *path = line_path(guest->path, rule->from->line);
		CLEANUP_FREE char *text = pve_line_text(rule->from);

		if (rule->old && container_in_main(conf, rule->from))
			verdict_note(findings, &notes,
				conf->unprivileged ? &old_rule_unneeded : &old_rule, path,
				text, NULL);
	}
	if (notes.worst == NULL)
		verdict_note(findings, &notes, NULL, guest->path,
			"no lxc.cgroup.devices line", NULL);
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
