/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules of a kernel, by depmod's list and the kernel's own of what is built in. */
#ifndef TOOLS_KERNEL_MODULES_H
#define TOOLS_KERNEL_MODULES_H

#include <stdbool.h>

enum module_place {
	MODULE_UNKNOWN, /* there is no list to look into */
	MODULE_ABSENT,
	MODULE_FILE,
	MODULE_BUILT_IN,
};

/* The version of the running kernel, "6.1.0-1-amd64"; malloc'ed. "unknown" if /proc does
 * not tell. */
char *modules_running(void);
/* Where a kernel's modules are: "/lib/modules/6.1.0-1-amd64"; malloc'ed. */
char *modules_directory(const char *version);
/*
 * Where a kernel has the module with this name, "vfio-pci". If `path` is not NULL it is
 * its path in that directory, malloc'ed: "kernel/drivers/vfio/pci/vfio-pci.ko"; or NULL.
 */
enum module_place module_find(const char *version, const char *name, char **path);
/* Whether that is the path of this module, compressed or not; "-" and "_" are the same.
 */
bool module_is(const char *path, const char *name);

#endif
