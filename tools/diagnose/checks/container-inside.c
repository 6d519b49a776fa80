/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: what they were started with, and what they see. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/diagnose/gathered.h"

static bool same_node(const struct node *a, const struct node *b)
{
	return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

/* Whether LXC was given the node at the last start. */
static bool was_given(
	const struct container_guest *guest, const struct wanted_node *wanted)
{
	const struct container *effective = &guest->effective;
	const struct container_rule *decides;
	CLEANUP_FREE char *path = span_copy(wanted->source);
	struct node node;

	if (wanted->device)
		/* Proxmox makes the node itself, and a rule for its numbers. */
		return node_read(path, &node) < 0 || node.type != 'c' ||
		       container_allows(effective, 'c', node.major, node.minor, &decides);
	for (size_t i = 0; i < effective->mount_count; i++)
		if (span_same(effective->mount[i].source, wanted->source))
			return true;
	return false;
}

static void check_effective(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	struct gathered gathered = {0};
	struct wanted_node *wanted;
	enum check_status status;
	size_t count;

	if (guest->pid == 0) {
		skip_guest(findings, guest->name,
			"the container does not run: its file is read when it is started");
		return;
	}
	if (guest->effective_text == NULL) {
		finding(findings, CHECK_UNKNOWN,
			"what the container was started with is not known");
		finding_subject(findings, guest->name);
		finding_evidence(findings, guest->effective_path, "not readable");
		if (!context->root)
			finding_remedy(findings, "run it as root");
		return;
	}
	wanted = container_wanted(&guest->conf, &count);
	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *line = line_path(guest->path, wanted[i].from->line);
		CLEANUP_FREE char *text = format_text("%.*s: %.*s",
			SPAN(wanted[i].from->key), SPAN(wanted[i].from->value));

		if (!was_given(guest, &wanted[i]))
			gather(&gathered, CHECK_FAIL, line, text,
				"the container was started without %.*s: its file was changed later",
				SPAN(wanted[i].source));
	}
	free(wanted);
	status = gathered.status;
	gather_evidence(&gathered, guest->effective_path, "%zu mounts, %zu device rules",
		guest->effective.mount_count, guest->effective.rule_count);
	gathered_say(&gathered, findings, guest->name,
		"the container was started with all that its file says");
	if (status != CHECK_PASS) {
		finding_remedy(findings, "restart it");
		finding_command(findings, "pct reboot %ld", guest->id);
	}
}

void check_nodes_effective(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_effective);
}

/* The node as the container sees it. */
static int read_inside(const struct container_guest *guest,
	const struct wanted_node *wanted, char **path, struct node *node)
{
	*path = format_text("/proc/%ld/root/%.*s", guest->pid, SPAN(wanted->target));
	return node_read(*path, node);
}

/* One node inside; `*on_host`: the host has it, so that a restart brings it in. */
static void gather_inside(struct gathered *gathered, const struct container_guest *guest,
	const struct wanted_node *wanted, bool *on_host)
{
	CLEANUP_FREE char *host_path = span_copy(wanted->source);
	CLEANUP_FREE char *path = NULL;
	struct node host = {0}, node = {0};
	bool there = node_read(host_path, &host) == 0;
	int error = read_inside(guest, wanted, &path, &node);
	CLEANUP_FREE char *value = node_text(error, &node);

	if (error == -EACCES) {
		gather(gathered, CHECK_UNKNOWN, path, value,
			"what the container sees cannot be looked at without root");
	} else if (error < 0) {
		*on_host |= there;
		gather(gathered, CHECK_FAIL, path, value,
			there ? "the container does not see /%.*s, although the host has it now"
			      : "the container does not see /%.*s, and neither does the host",
			SPAN(wanted->target));
	} else if (there && !same_node(&host, &node)) {
		*on_host = true;
		gather(gathered, CHECK_FAIL, path, value,
			node.type == 'f'
				? "/%.*s inside is a regular file that stands in for the node"
				: "/%.*s inside is not the host's node of today",
			SPAN(wanted->target));
	} else {
		gather_evidence(gathered, path, "%s", value);
	}
}

static void check_inside(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	struct gathered gathered = {0};
	struct wanted_node *wanted;
	enum check_status status;
	bool on_host = false;
	size_t count;

	(void)context;
	if (guest->pid == 0) {
		skip_guest(findings, guest->name, "the container does not run");
		return;
	}
	wanted = container_wanted(&guest->conf, &count);
	for (size_t i = 0; i < count; i++)
		gather_inside(&gathered, guest, &wanted[i], &on_host);
	free(wanted);
	if (count == 0) {
		skip_guest(findings, guest->name, "the container names no graphics node");
		return;
	}
	status = gathered.status;
	gathered_say(&gathered, findings, guest->name,
		"the container sees every graphics node it wants");
	if (status == CHECK_UNKNOWN) {
		finding_remedy(findings, "run it as root");
	} else if (status != CHECK_PASS && on_host) {
		finding_remedy(findings, "restart it, now that the nodes are there");
		finding_command(findings, "pct reboot %ld", guest->id);
	} else if (status != CHECK_PASS) {
		finding_remedy(findings, "see CT-NODES-HOST first");
	}
}

void check_nodes_inside(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_inside);
}

/* Why a restart would help with this node; adds nothing if it would not. */
static void gather_restart(struct gathered *gathered, const struct container_guest *guest,
	const struct wanted_node *wanted)
{
	CLEANUP_FREE char *host_path = span_copy(wanted->source);
	CLEANUP_FREE char *path = NULL;
	struct node host, node;
	CLEANUP_FREE char *value = NULL;

	if (guest->effective_text != NULL && !was_given(guest, wanted)) {
		CLEANUP_FREE char *line = line_path(guest->path, wanted->from->line);

		gather(gathered, CHECK_FAIL, line, "added since the last start",
			"the container needs a restart: its file was changed since it was started");
		return;
	}
	if (node_read(host_path, &host) < 0 || host.type != 'c')
		return;
	if (read_inside(guest, wanted, &path, &node) == 0 && same_node(&host, &node))
		return;
	value = host.changed > guest->started && guest->started > 0
			? format_text("made %lld seconds after the container was started",
				  host.changed - guest->started)
			: copy_text("on the host, but not in the container");
	gather(gathered, CHECK_FAIL, host_path, value,
		"the container needs a restart: %s came, or came anew, after it was started",
		host_path);
}

static void check_age(const struct context *context, const struct container_guest *guest,
	struct findings *findings)
{
	struct gathered gathered = {0};
	struct wanted_node *wanted;
	enum check_status status;
	size_t count;

	(void)context;
	if (guest->pid == 0) {
		skip_guest(findings, guest->name, "the container does not run");
		return;
	}
	wanted = container_wanted(&guest->conf, &count);
	for (size_t i = 0; i < count; i++)
		gather_restart(&gathered, guest, &wanted[i]);
	free(wanted);
	status = gathered.status;
	gathered_say(&gathered, findings, guest->name, "the container needs no restart");
	if (status != CHECK_PASS) {
		finding_remedy(findings,
			"restart it; nodes given with devN make a start without them "
			"fail, instead of passing over them");
		finding_command(findings, "pct reboot %ld", guest->id);
	}
}

void check_restart(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_age);
}
