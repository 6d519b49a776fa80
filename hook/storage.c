/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cmdline/address.h"
#include "hook/storage.h"
#include "hook/sysfs.h"

struct search {
	int root;
	char component[24]; /* "/ADDRESS/" in the path of a disk below the device */
	bool in_use;
};

/*
 * open(2): O_EXCL without O_CREAT on a block device fails with EBUSY if the system uses
 * it. The whole disk is claimed with any of its partitions.
 */
static bool disk_is_claimed(int root, const char *name)
{
	char path[SYSFS_PATH_MAX];
	struct text text = text_in(path, sizeof(path));
	int disk;

	text_add(&text, "dev/");
	text_add(&text, name);
	disk = openat(root, path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (disk < 0)
		return true;
	close(disk);
	return false;
}

static bool visit_disk(const char *name, void *data)
{
	struct search *search = data;
	char path[SYSFS_PATH_MAX], target[PATH_MAX];
	struct text text = text_in(path, sizeof(path));
	ssize_t length;

	text_add(&text, "sys/block/");
	text_add(&text, name);
	length = readlinkat(search->root, path, target, sizeof(target) - 1);
	if (length < 0)
		return true;
	target[length] = '\0';
	if (strstr(target, search->component) != NULL &&
		disk_is_claimed(search->root, name))
		search->in_use = true;
	return !search->in_use;
}

bool storage_in_use(int root, const struct pci_address *address)
{
	struct search search = {.root = root};
	struct text text = text_in(search.component, sizeof(search.component));

	text_add(&text, "/");
	pci_address_format(address, &text);
	text_add(&text, "/");
	directory_walk(root, "sys/block", visit_disk, &search);
	return search.in_use;
}
