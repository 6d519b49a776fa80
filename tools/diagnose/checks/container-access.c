/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: the nodes are there; can they be used? */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/guests.h"
#include "tools/guests/node-numbers.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/checks/set-nodes.h"

/* "u 0 100000 65536": what the host's number is inside; false if it is nobody's. */
static bool map_number(
	const struct pve_line *line, char kind, uint32_t outside, uint32_t *inside)
{
	struct span rest = line->value, word;
	uint64_t number[3];

	if (!span_word(&rest, &word) || word.length != 1 ||
		(word.text[0] != kind && word.text[0] != 'b'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(number); i++)
		if (!span_word(&rest, &word) ||
			!span_number(word, 10, UINT32_MAX, &number[i]))
			return false;
	if (outside < number[1] || outside - number[1] >= number[2])
		return false;
	*inside = (uint32_t)(number[0] + (outside - number[1]));
	return true;
}

/* A user ('u') or group ('g') of the host as the container knows it. */
static bool maps_to(
	const struct container *container, char kind, uint32_t outside, uint32_t *inside)
{
	*inside = outside;
	if (!container->own_idmap) {
		/* Proxmox's default for unprivileged containers */
		if (container->unprivileged)
			*inside = outside - 100000;
		return !container->unprivileged ||
		       (outside >= 100000 && outside < 165536);
	}
	for (size_t i = 0; i < container->conf.line_count; i++) {
		const struct pve_line *line = &container->conf.line[i];

		if (line->section == 0 && span_is(line->key, "lxc.idmap") &&
			map_number(line, kind, outside, inside))
			return true;
	}
	return false;
}

/* Behind this remedy come the commands that set the nodes. */
#define WITH_MODE \
	"give the nodes with devN and a mode, or with gid= and the number that the group " \
	"video or render has inside; delete other lines for them from {file}"
VERDICT not_running = {CHECK_SKIP, "the container does not run"};
VERDICT sees_none = {CHECK_SKIP, "the container sees none of the nodes it wants"};
VERDICT usable = {CHECK_PASS, "users inside the container may use every node they see"};
VERDICT nobodys = {CHECK_FAIL,
	"{1} belongs to nobody inside the container, where not even root may use it",
	WITH_MODE};
VERDICT only_root = {CHECK_WARN, "only root inside the container may use {1}", WITH_MODE};
VERDICT nested = {CHECK_WARN,
	"containers inside the container cannot use the card: the runtime there tries to "
	"write device rules",
	"write no-cgroups = true into the runtime's config.toml inside",
	"pct exec {id} -- nvidia-ctk config --in-place "
	"--set nvidia-container-cli.no-cgroups=true"};

/* Who may use the node inside; NULL: more than root. */
static const struct verdict *judge_access(
	const struct container *container, const struct node *node)
{
	uint32_t uid, gid;
	bool has_user = maps_to(container, 'u', node->uid, &uid);
	bool has_group = maps_to(container, 'g', node->gid, &gid);

	if ((node->mode & 06) == 06 ||
		(has_group && gid != 0 && (node->mode & 060) == 060))
		return NULL;
	return has_user || has_group ? &only_root : &nobodys;
}

struct access {
	struct findings *findings;
	struct verdict_notes notes;
	const struct container_guest *guest;
	struct lines nodes; /* to give anew */
};

/* `target` is the node as the container names it, `source` as the host does. */
static void note_node(struct access *access, const char *target, const char *source)
{
	CLEANUP_FREE char *path =
		format_text("/proc/%ld/root%s", access->guest->pid, target);
	CLEANUP_FREE char *value = NULL;
	const struct verdict *verdict;
	struct node node;

	if (node_read(path, &node) < 0 || node.type != 'c')
		return; /* CT-NODES-INSIDE has something to say */
	value = node_text(0, &node);
	verdict = judge_access(&access->guest->conf, &node);
	verdict_note(
		access->findings, &access->notes, verdict, path, value, target, NULL);
	if (verdict != NULL)
		lines_add(&access->nodes, "%s", source);
}

static void note_wanted(struct access *access, const struct wanted_node *wanted)
{
	CLEANUP_FREE char *target = format_text("/%.*s", SPAN(wanted->target));
	CLEANUP_FREE char *source = span_copy(wanted->source);
	CLEANUP_FREE char *directory = NULL;
	char **names;

	if (!wanted->directory) {
		note_node(access, target, source);
		return;
	}
	/* Of /dev/dri the render nodes are what programs use; card0 is for displays. */
	directory = format_text("/proc/%ld/root%s", access->guest->pid, target);
	names = root_list(directory);
	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *inside = format_text("%s/%s", target, names[i]);
		CLEANUP_FREE char *outside = format_text("%s/%s", source, names[i]);

		if (!text_begins(names[i], "card"))
			note_node(access, inside, outside);
	}
	root_list_free(names);
}

/* Whether a file has this line, apart from blanks. */
static bool has_setting(const char *text, const char *wanted)
{
	struct span rest = span_of(text), line;

	while (span_line(&rest, &line))
		if (span_is(span_trim(line), wanted))
			return true;
	return false;
}

/* Docker inside: NVIDIA's runtime may not write device rules from there (libnvidia-
 * container#154). */
static void note_nested(struct access *access)
{
	const struct container_guest *guest = access->guest;
	CLEANUP_FREE char *path = format_text(
		"/proc/%ld/root/etc/nvidia-container-runtime/config.toml", guest->pid);
	CLEANUP_FREE char *text = root_read_word(path);

	if (text != NULL && guest->conf.nesting && guest->conf.unprivileged &&
		!has_setting(text, "no-cgroups = true"))
		verdict_note(access->findings, &access->notes, &nested, path,
			"no 'no-cgroups = true'", NULL);
}

static void check_access(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	struct access access = {.findings = findings, .guest = guest};
	size_t count;
	CLEANUP_FREE struct wanted_node *wanted = container_wanted(&guest->conf, &count);

	(void)context;
	if (guest->pid == 0) {
		verdict_row(findings, &not_running, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++)
		note_wanted(&access, &wanted[i]);
	note_nested(&access);
	if (access.notes.path.count == 0) {
		verdict_row(findings, &sees_none, NULL);
		return;
	}
	verdict_conclude(findings, &access.notes, &usable);
	if (access.nodes.count > 0)
		command_set_nodes(findings, guest, &access.nodes);
	lines_free(&access.nodes);
}

const struct check container_access_checks[] = {
	{.id = "CT-PERMS",
		.about = "whether others than root may use the nodes inside",
		.run_container = check_access},
	{0},
};
