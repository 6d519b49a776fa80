/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: the numbers in their device rules. */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/system/root.h"
#include "tools/guests/guests.h"
#include "tools/guests/node-numbers.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/checks/set-nodes.h"

VERDICT unprivileged = {
	CHECK_SKIP, "the container is unprivileged, and needs no device rules"};
VERDICT names_none = {CHECK_SKIP, "the container names no graphics node"};
VERDICT no_rules = {CHECK_PASS, "no device rule keeps the container from any device"};
VERDICT none_needed = {CHECK_SKIP,
	"no graphics node needs a rule: {system} itself writes those of {gives}"};
VERDICT all_allowed = {
	CHECK_PASS, "the device rules allow every node that the container wants"};
VERDICT numbers_unknown = {
	CHECK_UNKNOWN, "the numbers of the nodes are not known without their driver"};
/* behind the remedy come the commands that set the nodes */
VERDICT refused = {CHECK_FAIL,
	"no device rule allows {1}, which is {2} now: opening it is refused",
	"{allowed}"};

/* A node that only a mount or a hook brings in: it needs a rule. */
struct rules {
	struct findings *findings;
	struct verdict_notes notes;
	const struct container_guest *guest;
	struct lines nodes; /* that no rule allows */
};

/* The numbers that a node has, or would have. */
static bool find_numbers(const char *path, struct span name, struct node_numbers *numbers)
{
	struct node node;

	if (node_read(path, &node) < 0 || node.type != 'c')
		return node_expected(name, numbers);
	*numbers = (struct node_numbers){'c', node.major, node.minor, false};
	return true;
}

/* True if it may be used. Of several of which one will do, only those that may be used
 * are noted: `allowed_only`. */
static bool note_rule(
	struct rules *rules, const char *path, struct span name, bool allowed_only)
{
	const struct container_guest *guest = rules->guest;
	const struct container_rule *decides;
	CLEANUP_FREE char *text = NULL;
	struct node_numbers numbers;

	if (container_has_device(&guest->conf, path)) {
		CLEANUP_FREE char *gives =
			format_text("%s gives it, with its rule", guest->words.gives);

		verdict_note(rules->findings, &rules->notes, NULL, path, gives, NULL);
		return true;
	}
	if (!find_numbers(path, name, &numbers))
		return false; /* CT-NODES-HOST has something to say */
	if (container_allows(&guest->conf, 'c', numbers.major, numbers.minor, &decides)) {
		CLEANUP_FREE char *line = container_line_path(guest, decides->from);

		text = format_text("%.*s allows %s (%u:%u)", SPAN(decides->from->value),
			path, numbers.major, numbers.minor);
		verdict_note(rules->findings, &rules->notes, NULL, line, text, NULL);
		return true;
	}
	if (allowed_only)
		return false;
	lines_add(&rules->nodes, "%s", path);
	text = format_text("%u:%u", numbers.major, numbers.minor);
	verdict_note(rules->findings, &rules->notes, &refused, path, "no rule", path,
		text, NULL);
	return false;
}

/* Each node of a mounted directory needs a rule; with one of them a program can work.
 * Of /dev/dri that is a render node, if there is one. */
static bool note_directory(
	struct rules *rules, const char *directory, bool displays, bool allowed_only)
{
	char **names = root_list(directory);
	bool allowed = false;

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text("%s/%s", directory, names[i]);
		struct node node;

		if (gpu_node_is_display(names[i]) == displays &&
			node_read(path, &node) == 0 && node.type == 'c')
			allowed |= note_rule(rules, path, span_of(path), allowed_only);
	}
	root_list_free(names);
	return allowed;
}

static void note_wanted(struct rules *rules, const struct wanted_node *wanted)
{
	CLEANUP_FREE char *path = span_copy(wanted->source);

	if (!wanted->directory)
		note_rule(rules, path, wanted->name, false);
	else if (!note_directory(rules, path, false, true)) {
		size_t before = rules->nodes.count;

		note_directory(rules, path, false, false);
		if (rules->nodes.count == before)
			note_directory(rules, path, true, false);
	}
}

/* Rules for numbers that no driver has: the remains of an earlier boot. */
static void note_stale(struct findings *findings, struct verdict_notes *notes,
	const struct container_guest *guest)
{
	CLEANUP_FREE char *devices = root_read_word("/proc/devices");

	for (size_t i = 0; devices != NULL && i < guest->conf.rule_count; i++) {
		const struct container_rule *rule = &guest->conf.rule[i];
		CLEANUP_FREE char *line = container_line_path(guest, rule->from);
		CLEANUP_FREE char *number =
			format_text("\n%3lld ", (long long)rule->major);
		CLEANUP_FREE char *text =
			format_text("%.*s: no driver has the number %lld now",
				SPAN(rule->from->value), (long long)rule->major);

		/* below 234 are numbers with an owner by agreement, loaded or not */
		if (rule->allow && !rule->old && rule->major >= 234 &&
			container_in_main(&guest->conf, rule->from) &&
			strstr(devices, number) == NULL)
			verdict_note(findings, notes, NULL, line, text, NULL);
	}
}

static void check_rules(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	size_t count, mounts = 0;
	CLEANUP_FREE struct wanted_node *wanted = container_wanted(&guest->conf, &count);
	bool unneeded = guest->conf.lxc
				? guest->conf.open
				: guest->conf.unprivileged || guest->conf.own_idmap;
	struct rules rules = {.findings = findings, .guest = guest};

	(void)context;
	for (size_t i = 0; i < count && !unneeded; i++) {
		if (wanted[i].device)
			continue;
		note_wanted(&rules, &wanted[i]);
		mounts++;
	}
	if (mounts == 0) {
		verdict_row(findings,
			count == 0 && guest->conf.lxc ? &names_none
			: !unneeded		      ? &none_needed
			: guest->conf.lxc	      ? &no_rules
						      : &unprivileged,
			NULL);
		return;
	}
	if (rules.notes.path.count == 0)
		verdict_note(findings, &rules.notes, &numbers_unknown, "/proc/devices",
			"no driver for these nodes", NULL);
	note_stale(findings, &rules.notes, guest);
	verdict_conclude(findings, &rules.notes, &all_allowed);
	if (rules.nodes.count > 0)
		command_set_nodes(findings, guest, &rules.nodes);
	lines_free(&rules.nodes);
}

const struct check container_rules_checks[] = {
	{.id = "CT-MAJORS",
		.about = "whether its device rules fit the numbers the drivers have now",
		.run_container = check_rules},
	{0},
};
