/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/driver.h"
#include "tools/pci/graphics-drivers.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

static const struct {
	uint16_t vendor;
	const char *module;
	bool nomodeset, modeset, force_probe;
} drivers[] = {
	{0x10de, "nvidia", false, false, false},
	{0x10de, "nouveau", true, true, false},
	{0x1002, "amdgpu", true, false, false},
	{0x1002, "radeon", true, true, false},
	{0x8086, "i915", true, true, true},
	{0x8086, "xe", true, false, true},
	{0x1a03, "ast", true, true, false},
	{0x102b, "mgag200", true, true, false},
};

const char *graphics_driver(uint16_t vendor, size_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (drivers[i].vendor == vendor && index-- == 0)
			return drivers[i].module;
	return NULL;
}

bool graphics_driver_is(uint16_t vendor, struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (drivers[i].vendor == vendor &&
			kernel_name_is(name, drivers[i].module))
			return true;
	return false;
}

bool graphics_driver_obeys_nomodeset(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (kernel_name_is(name, drivers[i].module))
			return drivers[i].nomodeset;
	return false;
}

bool graphics_driver_has_modeset(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (kernel_name_is(name, drivers[i].module))
			return drivers[i].modeset;
	return false;
}

bool graphics_driver_has_force_probe(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (kernel_name_is(name, drivers[i].module))
			return drivers[i].force_probe;
	return false;
}

const char *graphics_driver_of_initcall(struct span function)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		size_t length = strlen(drivers[i].module);

		if (function.length > length && function.text[length] == '_' &&
			span_starts(function, drivers[i].module))
			return drivers[i].module;
	}
	return NULL;
}
