/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/gpu-nodes.h"

enum gpu_node gpu_node_kind(struct span path)
{
	while (path.length > 0 && path.text[path.length - 1] == '/')
		path.length--;
	if (gpu_node_minor(path) >= 0)
		return GPU_NODE_NVIDIA;
	if (span_starts(path, "/dev/nvidia"))
		return GPU_NODE_NVIDIA_ALL;
	if (span_is(path, "/dev/dri") || span_starts(path, "/dev/dri/"))
		return GPU_NODE_DRI;
	if (span_is(path, "/dev/kfd"))
		return GPU_NODE_KFD;
	return GPU_NODE_NONE;
}

int gpu_node_minor(struct span path)
{
	uint64_t minor;

	/* 195:254 is nvidia-modeset, 195:255 nvidiactl */
	if (!span_starts(path, "/dev/nvidia") ||
		!span_number(span_from(path, strlen("/dev/nvidia")), 10, 253, &minor))
		return -1;
	return (int)minor;
}

bool container_allows(const struct container *container, char type, int64_t major,
	int64_t minor, const struct container_rule **decides)
{
	bool allowed = false;

	*decides = NULL;
	for (size_t i = 0; i < container->rule_count; i++) {
		const struct container_rule *rule = &container->rule[i];

		if (rule->old || !container_in_main(container, rule->from))
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

static struct wanted_node *find_nodes(
	const struct container *container, bool everywhere, size_t *count)
{
	struct wanted_node *wanted = NULL;

	*count = 0;
	for (size_t i = 0; i < container->device_count; i++) {
		const struct container_device *device = &container->device[i];

		if (gpu_node_kind(device->path) == GPU_NODE_NONE ||
			(!everywhere && !container_in_main(container, device->from)))
			continue;
		*ARRAY_ADD(wanted, *count) = (struct wanted_node){
			.from = device->from,
			.source = device->path,
			.target = span_from(device->path, 1),
			.device = true,
			.entry = device,
		};
	}
	for (size_t i = 0; i < container->mount_count; i++) {
		const struct container_mount *mount = &container->mount[i];

		if (gpu_node_kind(mount->source) == GPU_NODE_NONE ||
			(!everywhere && !container_in_main(container, mount->from)))
			continue;
		*ARRAY_ADD(wanted, *count) = (struct wanted_node){
			.from = mount->from,
			.source = mount->source,
			.target = mount->target,
			.optional = mount->optional,
			.directory = mount->directory ||
				     span_is(mount->source, "/dev/dri") ||
				     span_is(mount->source, "/dev/nvidia-caps"),
		};
	}
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

/* A word that only lines about graphics nodes have. */
static bool speaks_of_gpu(struct span text)
{
	return span_has(text, "nvidia") || span_has(text, "/dev/dri") ||
	       span_has(text, "renderD") || span_has(text, "/dev/kfd");
}

bool container_wants_gpu(const struct container *container)
{
	for (size_t i = 0; i < container->conf.line_count; i++)
		if (speaks_of_gpu(container->conf.line[i].value))
			return true;
	for (size_t i = 0; i < container->conf.problem_count; i++)
		if (speaks_of_gpu(container->conf.problem[i].text))
			return true;
	return false;
}
