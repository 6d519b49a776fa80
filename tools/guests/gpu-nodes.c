/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/gpu-nodes.h"

/* Whether a rule decides on reading and writing: one for mknod alone does not. */
static bool decides_use(const struct container_rule *rule)
{
	bool reads, writes;

	if (rule->access.length == 0)
		return true;
	reads = memchr(rule->access.text, 'r', rule->access.length) != NULL;
	writes = memchr(rule->access.text, 'w', rule->access.length) != NULL;
	return rule->allow ? reads && writes : reads || writes;
}

bool container_allows(const struct container *container, char type, int64_t major,
	int64_t minor, const struct container_rule **decides)
{
	bool allowed = container->open;

	*decides = NULL;
	for (size_t i = 0; i < container->rule_count; i++) {
		const struct container_rule *rule = &container->rule[i];

		if (rule->old || !container_in_main(container, rule->from) ||
			!decides_use(rule))
			continue;
		if ((rule->type == 'a' || rule->type == type) &&
			(rule->major < 0 || rule->major == major) &&
			(rule->minor < 0 || rule->minor == minor)) {
			allowed = rule->allow;
			*decides = rule;
		}
	}
	return allowed;
}

static struct wanted_node node_of_device(const struct container_device *device)
{
	return (struct wanted_node){
		.from = device->from,
		.name = device->path,
		.source = device->path,
		.target = device->target.length > 0 ? device->target
						    : span_from(device->path, 1),
		.device = true,
		.optional = device->optional,
		.entry = device,
	};
}

static struct wanted_node node_of_mount(const struct container_mount *mount)
{
	return (struct wanted_node){
		.from = mount->from,
		.name = mount->known_as != NULL ? span_of(mount->known_as)
						: mount->source,
		.source = mount->source,
		.target = mount->target,
		.optional = mount->optional,
		.directory = mount->directory || gpu_node_is_directory(mount->source),
	};
}

static struct wanted_node node_of_hook(
	const struct container_hook *hook, const struct hook_node *node)
{
	struct span path = span_of(node->path);

	return (struct wanted_node){
		.from = hook->from,
		.name = path,
		.source = path,
		.target = span_from(path, 1),
		.hook = true,
		.made = node->made,
		/* a script that fails ends the start, and most look first */
		.optional = true,
		.directory = gpu_node_is_directory(path),
	};
}

static void add_wanted(struct wanted_node **wanted, size_t *count,
	const struct container *container, bool everywhere, struct wanted_node node)
{
	if (gpu_node_kind(node.name) != GPU_NODE_NONE &&
		(everywhere || container_in_main(container, node.from)))
		*ARRAY_ADD(*wanted, *count) = node;
}

static struct wanted_node *find_nodes(
	const struct container *container, bool everywhere, size_t *count)
{
	struct wanted_node *wanted = NULL;

	*count = 0;
	for (size_t i = 0; i < container->device_count; i++)
		add_wanted(&wanted, count, container, everywhere,
			node_of_device(&container->device[i]));
	for (size_t i = 0; i < container->mount_count; i++)
		add_wanted(&wanted, count, container, everywhere,
			node_of_mount(&container->mount[i]));
	for (size_t i = 0; i < container->hook_count; i++)
		for (size_t j = 0; j < container->hook[i].node_count; j++)
			add_wanted(&wanted, count, container, everywhere,
				node_of_hook(&container->hook[i],
					&container->hook[i].node[j]));
	return wanted;
}

struct wanted_node *container_wanted(const struct container *container, size_t *count)
{
	return find_nodes(container, false, count);
}

struct wanted_node *container_named(const struct container *container, size_t *count)
{
	return find_nodes(container, true, count);
}

bool container_has_device(const struct container *container, const char *path)
{
	for (size_t i = 0; i < container->device_count; i++)
		if (container_in_main(container, container->device[i].from) &&
			span_is(container->device[i].path, path))
			return true;
	return false;
}

/* A word that only lines about graphics nodes have. */
static bool speaks_of_gpu(struct span text)
{
	static const char *const words[] = {
		"nvidia", "dev/dri", "renderD", "dev/kfd", "dev/accel", "dev/dxg"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (span_has(text, words[i]))
			return true;
	return false;
}

bool container_wants_gpu(const struct container *container)
{
	for (size_t i = 0; i < container->device_count; i++)
		if (gpu_node_kind(container->device[i].path) != GPU_NODE_NONE)
			return true;
	for (size_t i = 0; i < container->conf.line_count; i++)
		if (speaks_of_gpu(container->conf.line[i].value))
			return true;
	for (size_t i = 0; i < container->conf.problem_count; i++)
		if (speaks_of_gpu(container->conf.problem[i].text))
			return true;
	return false;
}
