/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of /sys and /proc, relative to an open directory: an fd of "/" or of a test's
 * root. Every function returns a count or 0, or -errno.
 */
#ifndef HOOK_SYSFS_H
#define HOOK_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cmdline/selector.h"

enum { SYSFS_PATH_MAX = 160 };

/* Reads at most size - 1 bytes and terminates them. */
ssize_t file_read(int directory, const char *path, char *buffer, size_t size);
/* One write() of the whole text: an attribute takes it whole or not at all. */
int file_write(int directory, const char *path, const char *text);
bool file_exists(int directory, const char *path);
/* The last component of a link's target, terminated; an error if it does not fit. */
int link_name(int directory, const char *path, char *buffer, size_t size);
/*
 * Calls visit(name, data) for each name but "." and "..", in the directory's order, until
 * it returns false.
 */
int directory_walk(int directory, const char *path,
	bool (*visit)(const char *name, void *data), void *data);

/* "sys/bus/pci/devices/ADDRESS" and "/ATTRIBUTE" if that is not NULL, into `path`. */
void device_path(char path[SYSFS_PATH_MAX], const struct pci_address *address,
	const char *attribute);
bool device_exists(int root, const struct pci_address *address);
/* "sys/bus/pci/drivers/DRIVER" and "/ATTRIBUTE" if that is not NULL, into `path`. */
void driver_path(char path[SYSFS_PATH_MAX], const char *driver, const char *attribute);
/* The driver that the device's "driver" link names; "" if it has none. */
void device_driver(
	int root, const struct pci_address *address, char driver[DRIVER_NAME_MAX]);

#endif
