/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which drivers may be unbound from a device, and how is known that nothing uses it. */
#ifndef HOOK_UNBIND_H
#define HOOK_UNBIND_H

#include <stdint.h>

enum { UNBIND_NEVER = -1 };

/*
 * Where to look for a use of the device before its driver is unbound, as in use.h: 0 for
 * a driver that only keeps its place; UNBIND_NEVER for one that is not known to let go.
 * `class` as in struct device.
 */
int unbind_looks(const char *driver, uint32_t class);

#endif
