// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vfio-probe ADDRESS: use a passed-through device as a virtual machine would. Open its
 * VFIO group, read its vendor ID through the device and map a BAR.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

static _Noreturn void fail(const char *what)
{
	printf("failed: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* /sys/bus/pci/devices/ADDRESS/iommu_group is a link that ends in the group's number. */
static const char *group_of(const char *address)
{
	static char link[256];
	char path[256];
	ssize_t len;
	char *number;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
	len = readlink(path, link, sizeof(link) - 1);
	if (len < 0)
		fail(path);
	link[len] = '\0';
	number = strrchr(link, '/');
	return number ? number + 1 : link;
}

static int open_group(const char *number)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	char path[sizeof("/dev/vfio/") + 256];
	int container, group;

	container = open("/dev/vfio/vfio", O_RDWR);
	if (container < 0)
		fail("/dev/vfio/vfio");
	if (ioctl(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1_IOMMU) != 1)
		fail("no type 1 IOMMU");
	snprintf(path, sizeof(path), "/dev/vfio/%s", number);
	group = open(path, O_RDWR);
	if (group < 0)
		fail(path);
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status) < 0)
		fail("group status");
	/* Not viable: some device of the group is still with a driver of the host. */
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		errno = EBUSY;
		fail("the group is not viable");
	}
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
		fail("set container");
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU) < 0)
		fail("set IOMMU");
	return group;
}

static struct vfio_region_info region(int device, uint32_t index)
{
	struct vfio_region_info info = {.argsz = sizeof(info), .index = index};

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
		fail("region info");
	return info;
}

/* The first BAR that can be mapped, or -1. */
static int map_bar(int device)
{
	for (uint32_t bar = VFIO_PCI_BAR0_REGION_INDEX; bar <= VFIO_PCI_BAR5_REGION_INDEX;
		bar++) {
		struct vfio_region_info info = region(device, bar);
		volatile uint8_t *memory;

		if (!info.size || !(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
			continue;
		memory = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, device,
			(off_t)info.offset);
		if (memory == MAP_FAILED)
			fail("mmap");
		(void)memory[0]; /* the memory is there, or this is a bus error */
		return (int)bar;
	}
	errno = ENODEV;
	return -1;
}

int main(int argc, char **argv)
{
	struct vfio_region_info config;
	uint8_t id[2];
	int device, bar;

	if (argc != 2) {
		fputs("usage: vfio-probe DDDD:BB:DD.F\n", stderr);
		return 2;
	}
	device = ioctl(open_group(group_of(argv[1])), VFIO_GROUP_GET_DEVICE_FD, argv[1]);
	if (device < 0)
		fail("device");
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX);
	if (pread(device, id, sizeof(id), (off_t)config.offset) != sizeof(id))
		fail("config space");
	bar = map_bar(device);
	if (bar < 0)
		fail("no BAR can be mapped");
	printf("vendor=%02x%02x bar=%d mapped=OK\n", id[1], id[0], bar);
	return 0;
}
