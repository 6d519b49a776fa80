/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VFIO drivers that know a device better than vfio-pci does. */
#ifndef TOOLS_KERNEL_VARIANT_H
#define TOOLS_KERNEL_VARIANT_H

struct kmod_ctx;

/* The modules of the newest kernel; NULL if there are none to look into. */
struct kmod_ctx *variants_open(void);
/*
 * The name of the VFIO driver made for a device, "nvgrace_gpu_vfio_pci", if that kernel
 * has one: found by the "vfio_pci:" aliases of its modules, as libvirt does it.
 * `modalias` is the device's own, from sysfs. malloc'ed; NULL: vfio-pci is the best there
 * is, or there is no telling.
 */
char *variants_driver(struct kmod_ctx *modules, const char *modalias);
void variants_close(struct kmod_ctx *modules);

#endif
