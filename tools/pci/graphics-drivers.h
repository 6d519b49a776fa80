/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's own drivers for graphics cards, and what turns them off. */
#ifndef TOOLS_PCI_GRAPHICS_DRIVERS_H
#define TOOLS_PCI_GRAPHICS_DRIVERS_H

#include <stddef.h>

#include "cmdline/text.h"

/* The module with this index that drives this maker's graphics; NULL behind the last. */
const char *graphics_driver(uint16_t vendor, size_t index);
/* Whether one of them has this name. */
bool graphics_driver_is(uint16_t vendor, struct span name);
/* Whether "nomodeset" keeps it from every card (drm_firmware_drivers_only in the
 * kernel): the kernel's own drivers, not NVIDIA's. */
bool graphics_driver_obeys_nomodeset(struct span name);
/* Whether its parameter "modeset=0" does: amdgpu and xe have none. */
bool graphics_driver_has_modeset(struct span name);
/* Whether its parameter "force_probe=!ID" keeps it from the devices with this ID. */
bool graphics_driver_has_force_probe(struct span name);
/* Whose initcall that is, "i915_init"; NULL: none of theirs. */
const char *graphics_driver_of_initcall(struct span function);

#endif
