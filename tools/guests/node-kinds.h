/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a path under /dev says of a graphics node. Pure. */
#ifndef TOOLS_GUESTS_NODE_KINDS_H
#define TOOLS_GUESTS_NODE_KINDS_H

#include "tools/text/span.h"

/* What kind of graphics node a path under /dev is; the path may be a directory. */
enum gpu_node {
	GPU_NODE_NONE,
	GPU_NODE_NVIDIA,     /* /dev/nvidia0: one GPU */
	GPU_NODE_NVIDIA_ALL, /* nvidiactl, nvidia-uvm, nvidia-caps, …: for every GPU */
	GPU_NODE_DRI,	     /* /dev/dri and what is in it */
	GPU_NODE_KFD,	     /* /dev/kfd: AMD compute */
	GPU_NODE_ACCEL,	     /* /dev/accel and what is in it: compute accelerators */
	GPU_NODE_DXG,	     /* /dev/dxg: Hyper-V's and WSL's, of no PCI device */
};
enum gpu_node gpu_node_kind(struct span path);
/* Whether it is one of NVIDIA's own. */
bool gpu_node_is_nvidia(struct span path);
/* /dev/nvidia3 is 3; -1 for every other path. */
int gpu_node_minor(struct span path);
/* Whether the path is that of a directory of nodes, "/dev/dri". */
bool gpu_node_is_directory(struct span path);
/* Whether it is only for displays: a program that computes does without "card0". */
bool gpu_node_is_display(const char *name);

#endif
