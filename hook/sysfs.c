/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmdline/address.h"
#include "hook/sysfs.h"

ssize_t file_read(int directory, const char *path, char *buffer, size_t size)
{
	int file = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t used = 0;
	ssize_t got;

	buffer[0] = '\0';
	if (file < 0)
		return -errno;
	do {
		got = read(file, buffer + used, size - 1 - used);
		if (got > 0)
			used += (size_t)got;
	} while ((got > 0 && used < size - 1) || (got < 0 && errno == EINTR));
	if (got < 0)
		got = -errno;
	close(file);
	buffer[used] = '\0';
	return got < 0 ? got : (ssize_t)used;
}

int file_write(int directory, const char *path, const char *text)
{
	/* O_TRUNC means nothing to sysfs; a made-up tree of plain files needs it. */
	int file = openat(directory, path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	size_t length = strlen(text);
	ssize_t done;
	int error = 0;

	if (file < 0)
		return -errno;
	do
		done = write(file, text, length);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		error = -errno;
	else if ((size_t)done != length)
		error = -EIO;
	close(file);
	return error;
}

bool file_exists(int directory, const char *path)
{
	return faccessat(directory, path, F_OK, 0) == 0;
}

int link_name(int directory, const char *path, char *buffer, size_t size)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(directory, path, target, sizeof(target) - 1);
	const char *name;

	buffer[0] = '\0';
	if (length < 0)
		return -errno;
	target[length] = '\0';
	name = strrchr(target, '/');
	name = name != NULL ? name + 1 : target;
	if (strlen(name) >= size)
		return -ENAMETOOLONG;
	memcpy(buffer, name, strlen(name) + 1);
	return 0;
}

/* As the kernel gives it, see getdents64(2): opendir() would want a heap. */
struct directory_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

int directory_walk(int directory, const char *path,
	bool (*visit)(const char *name, void *data), void *data)
{
	_Alignas(struct directory_entry) char buffer[2048];
	int file = openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool more = true;
	long got;

	if (file < 0)
		return -errno;
	while (more && (got = syscall(SYS_getdents64, file, buffer, sizeof(buffer))) > 0)
		for (long at = 0; more && at < got;) {
			const struct directory_entry *entry =
				(const struct directory_entry *)(buffer + at);

			at += entry->length;
			if (strcmp(entry->name, ".") != 0 &&
				strcmp(entry->name, "..") != 0)
				more = visit(entry->name, data);
		}
	close(file);
	return 0;
}

void device_path(char path[SYSFS_PATH_MAX], const struct pci_address *address,
	const char *attribute)
{
	struct text text = text_in(path, SYSFS_PATH_MAX);

	text_add(&text, "sys/bus/pci/devices/");
	pci_address_format(address, &text);
	if (attribute != NULL) {
		text_add(&text, "/");
		text_add(&text, attribute);
	}
}

bool device_exists(int root, const struct pci_address *address)
{
	char path[SYSFS_PATH_MAX];

	device_path(path, address, NULL);
	return file_exists(root, path);
}

void driver_path(char path[SYSFS_PATH_MAX], const char *driver, const char *attribute)
{
	struct text text = text_in(path, SYSFS_PATH_MAX);

	text_add(&text, "sys/bus/pci/drivers/");
	text_add(&text, driver);
	if (attribute != NULL) {
		text_add(&text, "/");
		text_add(&text, attribute);
	}
}

void device_driver(
	int root, const struct pci_address *address, char driver[DRIVER_NAME_MAX])
{
	char path[SYSFS_PATH_MAX];

	device_path(path, address, "driver");
	/* A name too long to be one of ours is still a driver. */
	if (link_name(root, path, driver, DRIVER_NAME_MAX) == -ENAMETOOLONG)
		memcpy(driver, "?", 2);
}
