/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/node-kinds.h"

static struct span without_slashes(struct span path)
{
	while (path.length > 0 && path.text[path.length - 1] == '/')
		path.length--;
	return path;
}

/* The directory itself, or what is in it. */
static bool is_in(struct span path, const char *directory)
{
	return span_starts(path, directory) &&
	       (path.length == strlen(directory) || path.text[strlen(directory)] == '/');
}

enum gpu_node gpu_node_kind(struct span path)
{
	path = without_slashes(path);
	if (gpu_node_minor(path) >= 0)
		return GPU_NODE_NVIDIA;
	if (span_starts(path, "/dev/nvidia"))
		return GPU_NODE_NVIDIA_ALL;
	if (is_in(path, "/dev/dri"))
		return GPU_NODE_DRI;
	if (is_in(path, "/dev/accel"))
		return GPU_NODE_ACCEL;
	if (span_is(path, "/dev/kfd"))
		return GPU_NODE_KFD;
	return span_is(path, "/dev/dxg") ? GPU_NODE_DXG : GPU_NODE_NONE;
}

bool gpu_node_is_nvidia(struct span path)
{
	enum gpu_node kind = gpu_node_kind(path);

	return kind == GPU_NODE_NVIDIA || kind == GPU_NODE_NVIDIA_ALL;
}

bool gpu_node_is_directory(struct span path)
{
	path = without_slashes(path);
	return span_is(path, "/dev/dri") || span_is(path, "/dev/accel") ||
	       span_is(path, "/dev/nvidia-caps");
}

bool gpu_node_is_display(const char *name)
{
	return text_begins(name, "card");
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
