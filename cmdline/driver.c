/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/driver.h"

static char with_underscore(char c)
{
	return c == '-' ? '_' : c;
}

/* Whether the first `length` letters of both are the same. */
static bool begins_same(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (with_underscore(a[i]) != with_underscore(b[i]))
			return false;
	return true;
}

bool kernel_name_is(struct span name, const char *other)
{
	return name.length == strlen(other) && begins_same(name.text, other, name.length);
}

bool driver_is_same(const char *a, const char *b)
{
	return kernel_name_is((struct span){a, strlen(a)}, b);
}

bool driver_name_is_vfio(struct span name)
{
	static const char vfio[] = "vfio_pci";

	for (size_t i = 0; i + sizeof(vfio) - 1 <= name.length; i++)
		if (begins_same(name.text + i, vfio, sizeof(vfio) - 1))
			return true;
	return false;
}

bool driver_is_vfio(const char *driver)
{
	return driver_name_is_vfio((struct span){driver, strlen(driver)});
}

bool driver_leaves_group(const char *driver)
{
	return driver[0] == '\0' || driver_is_vfio(driver) ||
	       strcmp(driver, "pci-stub") == 0 || strcmp(driver, "pcieport") == 0;
}
