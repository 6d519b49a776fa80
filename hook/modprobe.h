/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HOOK_MODPROBE_H
#define HOOK_MODPROBE_H

#include "cmdline/selector.h"

/*
 * Sees to it that the driver is registered with the PCI bus: by itself (built in, or
 * loaded before) or through modprobe, which knows the user's options for it. Writes the
 * name under which it is registered to `registered`: modules and drivers differ in "-"
 * and
 * "_". Returns 0, or -errno: -ENOENT if there is no such driver, -ETIMEDOUT.
 */
int driver_load(int root, const char *driver, char registered[DRIVER_NAME_MAX]);

#endif
