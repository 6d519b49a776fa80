/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: what they were started with, and what they see. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/guests/guests.h"
#include "tools/guests/node-numbers.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"

VERDICT not_running = {CHECK_SKIP, "the container does not run"};

static bool same_node(const struct node *a, const struct node *b)
{
	return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

/* The node as the container sees it. */
static int read_inside(const struct container_guest *guest,
	const struct wanted_node *wanted, char **path, struct node *node)
{
	*path = format_text("/proc/%ld/root/%.*s", guest->pid, SPAN(wanted->target));
	return node_read(*path, node);
}

/* Whether what is seen inside is the host's node of today, which outweighs what the files
 * say. */
static bool is_seen(const struct container_guest *guest, const struct wanted_node *wanted)
{
	CLEANUP_FREE char *path = span_copy(wanted->source), *inside = NULL;
	struct node host, node;

	return node_read(path, &host) == 0 && host.type == 'c' &&
	       read_inside(guest, wanted, &inside, &node) == 0 && same_node(&host, &node);
}

static bool has_line(const struct container *container, const struct pve_line *wanted)
{
	for (size_t i = 0; i < container->conf.line_count; i++) {
		const struct pve_line *line = &container->conf.line[i];

		if (span_same(line->key, wanted->key) &&
			span_same(line->value, wanted->value))
			return true;
	}
	return false;
}

/* Whether LXC was given the node at the last start: its mount or hook, or what can be
 * seen; in a privileged container with the rule that it then needs. */
static bool was_given(
	const struct container_guest *guest, const struct wanted_node *wanted)
{
	const struct container *effective = &guest->effective;
	bool unprivileged = guest->conf.unprivileged || guest->conf.own_idmap;
	const struct container_rule *decides;
	CLEANUP_FREE char *path = span_copy(wanted->source);
	struct node node;
	bool there = node_read(path, &node) == 0 && node.type == 'c', allowed;

	allowed = !there ||
		  container_allows(effective, 'c', node.major, node.minor, &decides);
	/* its system makes the node itself, and a rule for it; a daemon while it runs,
	 * too */
	if (wanted->device)
		return allowed && (guest->system == CONTAINER_PROXMOX ||
					  is_seen(guest, wanted) || !there);
	if (is_seen(guest, wanted) && (unprivileged || allowed))
		return true;
	if (wanted->hook)
		return has_line(effective, wanted->from);
	for (size_t i = 0; i < effective->mount_count; i++)
		if (span_same(effective->mount[i].source, wanted->source))
			return true;
	return false;
}

VERDICT read_at_start = {
	CHECK_SKIP, "the container does not run: its file is read when it is started"};
VERDICT start_unknown = {CHECK_UNKNOWN,
	"what the container was started with is not known", "run it as root"};
VERDICT no_copy = {
	CHECK_SKIP, "{system} keeps no copy of what a container was started with"};
VERDICT started_with_all = {
	CHECK_PASS, "the container was started with all that its file says"};
VERDICT started_without = {CHECK_FAIL,
	"the container was started without {1}: its file was changed later", "restart it",
	"{restart}"};

static void check_effective(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	CLEANUP_FREE struct wanted_node *wanted = NULL;
	CLEANUP_FREE char *given = NULL;
	struct verdict_notes notes = {0};
	size_t count;

	(void)context;
	if (guest->pid == 0 || guest->effective_text == NULL) {
		verdict_row(findings,
			guest->pid == 0			? &read_at_start
			: guest->effective_path == NULL ? &no_copy
							: &start_unknown,
			NULL);
		if (guest->pid != 0 && guest->effective_path != NULL)
			finding_evidence(findings, guest->effective_path, "not readable");
		return;
	}
	wanted = container_wanted(&guest->conf, &count);
	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *line = container_line_path(guest, wanted[i].from);
		CLEANUP_FREE char *text = pve_line_text(wanted[i].from);
		CLEANUP_FREE char *node = span_copy(wanted[i].source);

		if (!was_given(guest, &wanted[i]))
			verdict_note(findings, &notes, &started_without, line, text, node,
				NULL);
	}
	given = format_text("%zu mounts, %zu device rules", guest->effective.mount_count,
		guest->effective.rule_count);
	verdict_note(findings, &notes, NULL, guest->effective_path, given, NULL);
	verdict_conclude(findings, &notes, &started_with_all);
}

#define NOW "restart it, now that the nodes are there", "{restart}"
VERDICT names_none = {CHECK_SKIP, "the container names no graphics node"};
VERDICT sees_all = {CHECK_PASS, "the container sees every graphics node it wants"};
VERDICT hidden = {CHECK_UNKNOWN,
	"what the container sees cannot be looked at without root", "run it as root"};
VERDICT unseen = {
	CHECK_FAIL, "the container does not see /{1}, although the host has it now", NOW};
VERDICT nowhere = {CHECK_FAIL,
	"the container does not see /{1}, and neither does the host",
	"see CT-NODES-HOST first"};
VERDICT stands_in = {
	CHECK_FAIL, "/{1} inside is a regular file that stands in for the node", NOW};
VERDICT another = {CHECK_FAIL, "/{1} inside is not the host's node of today", NOW};

/* What one node inside comes to; NULL: it is as it should be. */
static const struct verdict *judge_inside(
	int error, bool there, const struct node *host, const struct node *node)
{
	if (error == -EACCES)
		return &hidden;
	if (error < 0)
		return there ? &unseen : &nowhere;
	if (there && !same_node(host, node))
		return node->type == 'f' ? &stands_in : &another;
	return NULL;
}

static void check_inside(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	struct verdict_notes notes = {0};
	size_t count;
	CLEANUP_FREE struct wanted_node *wanted = container_wanted(&guest->conf, &count);

	(void)context;
	if (guest->pid == 0 || count == 0) {
		verdict_row(findings, guest->pid == 0 ? &not_running : &names_none, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *source = span_copy(wanted[i].source), *path = NULL;
		CLEANUP_FREE char *target = span_copy(wanted[i].target), *value = NULL;
		struct node host = {0}, node = {0};
		bool there = node_read(source, &host) == 0;
		int error = read_inside(guest, &wanted[i], &path, &node);

		value = node_text(error, &node);
		verdict_note(findings, &notes, judge_inside(error, there, &host, &node),
			path, value, target, NULL);
	}
	verdict_conclude(findings, &notes, &sees_all);
}

#define ANEW "restart it, now that the nodes are there", "{restart}"
VERDICT no_restart = {CHECK_PASS, "the container needs no restart"};
VERDICT file_changed = {CHECK_FAIL,
	"the container needs a restart: its file was changed since it was started", ANEW};
VERDICT node_came = {CHECK_FAIL,
	"the container needs a restart: {1} came, or came anew, after it was started",
	ANEW};

/* Why a restart would help with this node; adds nothing if it would not. */
static void note_restart(struct findings *findings, struct verdict_notes *notes,
	const struct container_guest *guest, const struct wanted_node *wanted)
{
	CLEANUP_FREE char *source = span_copy(wanted->source);
	CLEANUP_FREE char *path = NULL, *value = NULL;
	struct node host;

	if (guest->effective_text != NULL && !was_given(guest, wanted)) {
		path = container_line_path(guest, wanted->from);
		verdict_note(findings, notes, &file_changed, path,
			"added since the last start", NULL);
		return;
	}
	if (node_read(source, &host) < 0 || host.type != 'c' || is_seen(guest, wanted))
		return;
	value = host.changed > guest->started && guest->started > 0
			? format_text("made %lld seconds after the container was started",
				  host.changed - guest->started)
			: copy_text("on the host, but not in the container");
	verdict_note(findings, notes, &node_came, source, value, source, NULL);
}

static void check_age(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	CLEANUP_FREE struct wanted_node *wanted = NULL;
	struct verdict_notes notes = {0};
	size_t count;

	(void)context;
	if (guest->pid == 0) {
		verdict_row(findings, &not_running, NULL);
		return;
	}
	wanted = container_wanted(&guest->conf, &count);
	for (size_t i = 0; i < count; i++)
		note_restart(findings, &notes, guest, &wanted[i]);
	verdict_conclude(findings, &notes, &no_restart);
}

const struct check container_inside_checks[] = {
	{.id = "CT-NODES-EFFECTIVE",
		.about = "whether it was started with what its file says now",
		.run_container = check_effective},
	{.id = "CT-NODES-INSIDE",
		.about = "whether the running container sees the nodes",
		.run_container = check_inside},
	{0},
};

/* Asked last of all: what the others find comes before it. */
const struct check container_restart_checks[] = {
	{.id = "CT-RESTART-NEEDED",
		.about = "whether a restart of the container would help",
		.run_container = check_age},
	{0},
};
