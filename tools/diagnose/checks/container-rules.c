/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers: the numbers in their device rules. */
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/system/root.h"
#include "tools/diagnose/gathered.h"

/* Numbers of a node that only a mount brings in: they need a rule. */
static void gather_rule(struct gathered *gathered, const struct container_guest *guest,
	const struct wanted_node *wanted, struct lines *refused)
{
	CLEANUP_FREE char *path = span_copy(wanted->source);
	const struct container_rule *decides;
	struct node_numbers numbers;
	struct node node;
	bool known = node_read(path, &node) == 0 && node.type == 'c';

	if (known)
		numbers = (struct node_numbers){'c', node.major, node.minor, false};
	else if (!node_expected(wanted->source, &numbers))
		return; /* CT-NODES-HOST has something to say */
	if (container_allows(&guest->conf, 'c', numbers.major, numbers.minor, &decides)) {
		CLEANUP_FREE char *line = line_path(guest->path, decides->from->line);

		gather_evidence(gathered, line, "%.*s allows %s (%u:%u)",
			SPAN(decides->from->value), path, numbers.major, numbers.minor);
		return;
	}
	lines_add(refused, "%s", path);
	gather(gathered, CHECK_FAIL, path, "no rule",
		"no device rule allows %s, which is %u:%u now: opening it is refused",
		path, numbers.major, numbers.minor);
}

/* Rules for numbers that no driver has: the remains of an earlier boot. */
static void gather_stale(struct gathered *gathered, const struct container_guest *guest)
{
	CLEANUP_FREE char *devices = root_read_word("/proc/devices");

	for (size_t i = 0; devices != NULL && i < guest->conf.rule_count; i++) {
		const struct container_rule *rule = &guest->conf.rule[i];
		CLEANUP_FREE char *line = line_path(guest->path, rule->from->line);
		CLEANUP_FREE char *number =
			format_text("\n%3lld ", (long long)rule->major);

		/* below 234 are numbers with an owner by agreement, loaded or not */
		if (!rule->allow || rule->old || rule->major < 234 ||
			!container_in_main(&guest->conf, rule->from) ||
			strstr(devices, number) != NULL)
			continue;
		gather_evidence(gathered, line, "%.*s: no driver has the number %lld now",
			SPAN(rule->from->value), (long long)rule->major);
	}
}

static void check_rules(const struct context *context,
	const struct container_guest *guest, struct findings *findings)
{
	struct gathered gathered = {0};
	struct lines refused = {0};
	struct wanted_node *wanted;
	size_t count, mounts = 0;

	(void)context;
	if (guest->conf.unprivileged || guest->conf.own_idmap) {
		skip_guest(findings, guest->name,
			"the container is unprivileged, and needs no device rules");
		return;
	}
	wanted = container_wanted(&guest->conf, &count);
	for (size_t i = 0; i < count; i++) {
		if (wanted[i].device || wanted[i].directory)
			continue;
		gather_rule(&gathered, guest, &wanted[i], &refused);
		mounts++;
	}
	free(wanted);
	if (mounts == 0) {
		skip_guest(findings, guest->name,
			"no graphics node needs a rule: Proxmox itself writes those of devN");
		return;
	}
	if (gathered.status == CHECK_PASS && gathered.path.count == 0)
		gather(&gathered, CHECK_UNKNOWN, "/proc/devices",
			"no driver for these nodes",
			"the numbers of the nodes are not known without their driver");
	gather_stale(&gathered, guest);
	gathered_say(&gathered, findings, guest->name,
		"the device rules allow every node that the container wants");
	if (refused.count > 0) {
		finding_remedy(findings,
			"give the nodes with devN, whose rules Proxmox writes at each "
			"start, and delete their lxc.mount.entry and lxc.cgroup2 lines "
			"from %s: the numbers change with the kernel",
			guest->path);
		command_set_nodes(findings, guest, &refused);
	}
	lines_free(&refused);
}

void check_majors(const struct context *context, struct findings *findings)
{
	each_container(context, findings, check_rules);
}
