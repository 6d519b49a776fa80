/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/needs/keys.h"
#include "tools/needs/named-disk.h"

const struct pci_device *key_owner(
	const struct next_boot *boot, const char *key, char **disk)
{
	const struct pci_device *owner = disk_owner(boot, key, disk);

	/* Names in /dev/disk/by-path have colons, too. */
	for (const char *colon = strchr(key, ':'); owner == NULL && colon != NULL;
		colon = strchr(colon + 1, ':')) {
		CLEANUP_FREE char *front = format_text("%.*s", (int)(colon - key), key);

		owner = disk_owner(boot, front, disk);
		if (owner == NULL)
			owner = disk_owner(boot, colon + 1, disk);
	}
	return owner;
}
