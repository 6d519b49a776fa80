/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/needs/crypttab.h"
#include "tools/needs/disk-parameters.h"
#include "tools/needs/keyboards.h"
#include "tools/pci/below.h"
#include "tools/system/root.h"

#define INPUTS "/sys/class/input"

/* As udev's input_id has it: all of the keys 1 (Esc) to 31 (S). The last word of the list
 * has the lowest keys. */
static bool is_keyboard(const char *name)
{
	CLEANUP_FREE char *path = format_text(INPUTS "/%s/capabilities/key", name);
	CLEANUP_FREE char *keys = root_read_word(path);
	const char *last;
	unsigned long mask;

	if (!text_begins(name, "input") || keys == NULL)
		return false;
	last = strrchr(keys, ' ');
	mask = strtoul(last != NULL ? last : keys, NULL, 16);
	return (mask & 0xfffffffeUL) == 0xfffffffeUL;
}

/* Made by a program (a Bluetooth keyboard, a remote desktop): it is not there before a
 * root is. */
static bool is_virtual(const char *path)
{
	CLEANUP_FREE char *target = root_link(path);

	return target != NULL && strstr(target, "/devices/virtual/") != NULL;
}

static const struct pci_device *find_owner(const struct next_boot *boot, const char *path)
{
	for (size_t i = 0; i < boot->count; i++)
		if (leads_below(path, boot->chosen[i]))
			return boot->chosen[i];
	return NULL;
}

/* The function with the first keyboard that goes; NULL: none goes, or another stays. */
static const struct pci_device *find_last(const struct next_boot *boot)
{
	char **names = root_list(INPUTS);
	const struct pci_device *found = NULL;
	bool other = false;

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text(INPUTS "/%s", names[i]);
		const struct pci_device *owner;

		if (!is_keyboard(names[i]) || is_virtual(path))
			continue;
		owner = find_owner(boot, path);
		other = other || owner == NULL;
		found = found != NULL ? found : owner;
	}
	root_list_free(names);
	return other ? NULL : found;
}

void needs_of_keyboards(const struct next_boot *boot, struct needs *needs)
{
	const struct pci_device *device = find_last(boot);

	if (device == NULL)
		return;
	if (crypttab_asks_passphrase() || line_asks_passphrase(boot->line))
		need_add(needs, device, NEED_FORCE,
			"this machine's only keyboard hangs on it, and the boot asks for "
			"a passphrase");
	else
		need_add(needs, device, NEED_WARNING,
			"this machine's only keyboard hangs on it, so nothing can be "
			"typed here from the kernel's start on; have another way in (ssh, "
			"a serial console)");
}
