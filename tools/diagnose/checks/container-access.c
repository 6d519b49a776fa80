/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: the nodes are there; can they be used? */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/guests.h"
#include "tools/guests/idmap.h"
#include "tools/guests/node-numbers.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/checks/set-nodes.h"

/* Behind this remedy come the commands that set the nodes. */
#define WITH_MODE "{usable}"
VERDICT sees_none = {CHECK_SKIP, "the container has none of the nodes it wants"};
VERDICT judged_later = {CHECK_UNKNOWN,
	"who may use the nodes that a hook brings is seen in the running container only",
	"start it and ask again", "{start}"};
VERDICT usable = {CHECK_PASS, "users inside the container may use every node they see"};
VERDICT nobodys = {CHECK_FAIL,
	"{1} belongs to nobody inside the container, where not even root may use it",
	WITH_MODE};
VERDICT only_root = {CHECK_WARN, "only root inside the container may use {1}", WITH_MODE};
VERDICT group_unknown = {CHECK_WARN,
	"{1} is given to the group {2}, which the container does not have", WITH_MODE};
VERDICT group_unseen = {CHECK_UNKNOWN,
	"whether the container has the group {2}, to which {1} is given, is seen while it "
	"runs only",
	"start it and ask again"};
VERDICT group_wrong = {CHECK_WARN,
	"{1} is given to the group {2}, which is {3} inside the container", WITH_MODE};
VERDICT nested = {CHECK_WARN,
	"containers inside the container cannot use the card: the runtime there tries to "
	"write device rules",
	"write no-cgroups = true into the runtime's config.toml inside",
	"{inside} nvidia-ctk config --in-place "
	"--set nvidia-container-cli.no-cgroups=true"};

struct access {
	struct findings *findings;
	struct verdict_notes notes;
	const struct container_guest *guest;
	struct lines nodes; /* to give anew */
	bool later;	    /* some nodes can be judged in the running container only */
};

/* Who may use the node inside; NULL: more than root. */
static const struct verdict *judge_mode(
	const struct container *container, const struct node *node, uint32_t *group)
{
	uint32_t user;
	bool has_user = container_maps(container, 'u', node->uid, &user);
	bool has_group = container_maps(container, 'g', node->gid, group);

	if ((node->mode & 06) == 06 ||
		(has_group && *group != 0 && (node->mode & 060) == 060))
		return NULL;
	return has_user || has_group ? &only_root : &nobodys;
}

/* The group that may use the node: by its number in the container's own list. */
static const struct verdict *judge_group(
	const struct access *access, const struct node *node, uint32_t group, char **name)
{
	int found;

	if ((node->mode & 06) == 06)
		return NULL;
	found = container_group_name(access->guest, group, name);
	if (found <= 0)
		return found == 0 ? &group_unknown : &group_unseen;
	if (strcmp(*name, "render") == 0 || strcmp(*name, "video") == 0)
		return NULL;
	return &group_wrong;
}

/* The node as it is inside, or will be: PVE makes that of a devN anew. False if it is not
 * there, which is for CT-NODES-INSIDE and CT-NODES-HOST. */
static bool read_node(const struct access *access, const struct wanted_node *wanted,
	const char *target, const char *source, char **path, struct node *node)
{
	const struct container_device *entry = wanted->entry;
	bool runs = access->guest->pid > 0;

	*path = runs ? format_text("/proc/%ld/root%s", access->guest->pid, target)
		     : copy_text(source);
	if (node_read(*path, node) < 0 || node->type != 'c')
		return false;
	if (!runs && entry != NULL) {
		free(*path);
		*path = container_line_path(access->guest, wanted->from);
		if (!entry->host_mode)
			node->mode = entry->mode;
		node->uid = container_outside(&access->guest->conf, 'u', entry->uid);
		node->gid = container_outside(&access->guest->conf, 'g', entry->gid);
	}
	return true;
}

/* One node, `target` as the container names it and `source` as the host does: makes the
 * note of it. Of several of which one will do, only those that may be used are noted:
 * `usable_only`. True if others than root may use it. */
static bool note_node(struct access *access, const struct wanted_node *wanted,
	const char *target, const char *source, bool usable_only)
{
	CLEANUP_FREE char *value = NULL, *name = NULL, *number = NULL, *path = NULL;
	const struct verdict *verdict;
	uint32_t group = 0;
	struct node node;

	if (!read_node(access, wanted, target, source, &path, &node))
		return false;
	verdict = judge_mode(&access->guest->conf, &node, &group);
	if (verdict == NULL)
		verdict = judge_group(access, &node, group, &name);
	if (usable_only && verdict != NULL)
		return false;
	value = node_text(0, &node);
	number = format_text("%u", group);
	verdict_note(access->findings, &access->notes, verdict, path, value, target,
		number, name, NULL);
	if (verdict != NULL && verdict != &group_unseen)
		lines_add(&access->nodes, "%s", source);
	return verdict == NULL;
}

/* Of /dev/dri the render nodes are what programs use, and one of them is enough. */
static bool note_directory(
	struct access *access, const struct wanted_node *wanted, bool usable_only)
{
	CLEANUP_FREE char *source = span_copy(wanted->source);
	CLEANUP_FREE char *directory =
		access->guest->pid > 0 ? format_text("/proc/%ld/root/%.*s",
						 access->guest->pid, SPAN(wanted->target))
				       : copy_text(source);
	char **names = root_list(directory);
	bool any = false;

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *inside =
			format_text("/%.*s/%s", SPAN(wanted->target), names[i]);
		CLEANUP_FREE char *outside = format_text("%s/%s", source, names[i]);

		if (!gpu_node_is_display(names[i]) &&
			/* its own is what the container sees */
			!container_has_device(&access->guest->conf, outside))
			any |= note_node(access, wanted, inside, outside, usable_only);
	}
	root_list_free(names);
	return any;
}

static void note_wanted(struct access *access, const struct wanted_node *wanted)
{
	CLEANUP_FREE char *target = format_text("/%.*s", SPAN(wanted->target));
	CLEANUP_FREE char *source = span_copy(wanted->source);

	if (wanted->made && access->guest->pid == 0)
		access->later = true;
	else if (!wanted->directory)
		note_node(access, wanted, target, source, false);
	else if (!note_directory(access, wanted, true))
		note_directory(access, wanted, false);
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
	for (size_t i = 0; i < count; i++)
		note_wanted(&access, &wanted[i]);
	if (guest->pid > 0)
		note_nested(&access);
	if (access.notes.path.count == 0) {
		verdict_row(findings, access.later ? &judged_later : &sees_none, NULL);
		return;
	}
	verdict_conclude(findings, &access.notes, &usable);
	if (access.nodes.count > 0)
		command_open_nodes(findings, guest, &access.nodes);
	lines_free(&access.nodes);
}

const struct check container_access_checks[] = {
	{.id = "CT-PERMS",
		.about = "whether others than root may use the nodes inside",
		.run_container = check_access},
	{0},
};
