/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VFIO drivers that know a device better than vfio-pci does. */
#ifndef TOOLS_VARIANT_H
#define TOOLS_VARIANT_H

/*
 * The name of the VFIO driver made for a device, "nvgrace_gpu_vfio_pci", if this kernel
 * has one: found by the "vfio_pci:" aliases of its modules (Documentation/driver-api/
 * vfio-pci-device-specific-driver-acceptance, and libvirt does the same). `modalias` is
 * the device's own, from sysfs. malloc'ed; NULL: vfio-pci is the best there is, or there
 * is no telling.
 */
char *variant_driver(const char *version, const char *modalias);

#endif
