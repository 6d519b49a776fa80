/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "hook/use.h"
#include "tools/pci/below.h"
#include "tools/pci/disks.h"
#include "tools/pci/host-use.h"
#include "tools/pci/routes.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

/* What the early program would ask, for uses that leave no trace above: ZFS, btrfs' other
 * disks, a volume that is not mounted. */
static bool is_claimed(const struct pci_device *device)
{
	CLEANUP_FREE char *top = root_path("/");
	int root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct device_use use;

	if (root < 0)
		return true;
	device_use_find(root, &device->facts.function.address, -1, LOOK_DISKS, &use);
	close(root);
	return use.kind != USE_NONE;
}

char *uses_storage(const struct pci_device *device)
{
	struct lines disks = disks_below(device);
	char *use = NULL;

	for (size_t i = 0; i < disks.count && use == NULL; i++)
		use = disk_use(disks.line[i]);
	if (disks.count > 0 && use == NULL && is_claimed(device))
		use = format_text("%s %s is in use (by a RAID, LVM, ZFS or a program)",
			disks.count == 1 ? "its disk" : "one of its disks beginning with",
			disks.line[0]);
	lines_free(&disks);
	return use;
}

char *uses_network(const struct pci_device *device)
{
	struct lines interfaces = {0};
	const char *own;
	char *use = NULL;

	routes_default(&interfaces);
	interfaces_add_carriers(&interfaces);
	own = interface_below(&interfaces, device);
	if (own != NULL)
		use = format_text(
			"the default route goes over its network interface %s", own);
	lines_free(&interfaces);
	return use;
}
