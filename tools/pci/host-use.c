/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <net/route.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hook/storage.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/pci/host-use.h"

/* A set of names of block devices or network interfaces that still grows. */
static bool set_add(struct lines *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->line[i], name) == 0)
			return false;
	lines_add(set, "%s", name);
	return true;
}

/* Whether a link of sysfs leads below the function. */
static bool leads_below(const char *path, const struct pci_device *device)
{
	CLEANUP_FREE char *component = format_text("/%s/", device->address);
	CLEANUP_FREE char *target = root_link(path);

	return target != NULL && strstr(target, component) != NULL;
}

/* Adds the names in a directory that begin so, without that beginning. */
static void add_names(struct lines *set, const char *directory, const char *start)
{
	char **names = root_list(directory);
	size_t length = strlen(start);

	for (size_t i = 0; names[i] != NULL; i++)
		if (strncmp(names[i], start, length) == 0)
			set_add(set, names[i] + length);
	root_list_free(names);
}

/*
 * An NVMe namespace that several controllers share is below none of them; its subsystem
 * has a link to each.
 */
static bool is_shared_namespace(const char *disk, const struct pci_device *device)
{
	CLEANUP_FREE char *directory = format_text("/sys/block/%s/device", disk);
	char **names = root_list(directory);
	bool found = false;

	for (size_t i = 0; names[i] != NULL && !found; i++) {
		CLEANUP_FREE char *path = format_text("%s/%s", directory, names[i]);

		found = text_begins(names[i], "nvme") && leads_below(path, device);
	}
	root_list_free(names);
	return found;
}

/* The disks below the function. */
static struct lines find_disks(const struct pci_device *device)
{
	char **names = root_list("/sys/block");
	struct lines disks = {0};

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path = format_text("/sys/block/%s", names[i]);

		if (leads_below(path, device) || is_shared_namespace(names[i], device))
			set_add(&disks, names[i]);
	}
	root_list_free(names);
	return disks;
}

/* The disk, its partitions, and what holds any of them, to the end. */
static struct lines find_stack(const char *disk)
{
	struct lines stack = {0};

	set_add(&stack, disk);
	for (size_t i = 0; i < stack.count; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/block/%s", stack.line[i]);
		CLEANUP_FREE char *holders = format_text("%s/holders", path);
		char **names = root_list(path);

		for (size_t j = 0; names[j] != NULL; j++) {
			CLEANUP_FREE char *partition =
				format_text("%s/%s/partition", path, names[j]);

			if (root_exists(partition))
				set_add(&stack, names[j]);
		}
		root_list_free(names);
		add_names(&stack, holders, "");
	}
	return stack;
}

/* Whether a device is one of the stack, by its number "259:1" or its node in /dev. */
static bool in_stack(const struct lines *stack, const char *number, const char *node)
{
	CLEANUP_FREE char *target = root_link_name(node);
	const char *slash = strrchr(node, '/');
	const char *name = target != NULL ? target : slash != NULL ? slash + 1 : node;

	for (size_t i = 0; i < stack->count; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/block/%s/dev", stack->line[i]);
		CLEANUP_FREE char *own = root_read_word(path);

		if (own != NULL && number != NULL && strcmp(own, number) == 0)
			return true;
		if (text_begins(node, "/dev/") && strcmp(name, stack->line[i]) == 0)
			return true;
	}
	return false;
}

/* proc_pid_mountinfo(5): ID PARENT MAJOR:MINOR ROOT POINT OPTIONS TAG... - TYPE SOURCE */
static char *mounted_in(const struct lines *stack)
{
	CLEANUP_FREE char *text = NULL;
	char *line, *rest = NULL;

	if (root_read("/proc/self/mountinfo", &text, NULL) < 0)
		return NULL;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char number[32], point[PATH_MAX], source[PATH_MAX];
		const char *dash = strstr(line, " - ");

		if (dash == NULL ||
			sscanf(line, "%*s %*s %31s %*s %4095s", number, point) != 2 ||
			sscanf(dash, " - %*s %4095s", source) != 1)
			continue;
		if (in_stack(stack, number, source))
			return copy_text(point);
	}
	return NULL;
}

/* proc_swaps: a heading, then FILENAME TYPE SIZE USED PRIORITY. */
static char *swap_in(const struct lines *stack)
{
	CLEANUP_FREE char *text = NULL;
	char *line, *rest = NULL;

	if (root_read("/proc/swaps", &text, NULL) < 0)
		return NULL;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, " \t")] = '\0';
		if (in_stack(stack, NULL, line))
			return copy_text(line);
	}
	return NULL;
}

static char *disk_use(const char *disk)
{
	struct lines stack = find_stack(disk);
	CLEANUP_FREE char *point = mounted_in(&stack);
	CLEANUP_FREE char *swap = swap_in(&stack);

	lines_free(&stack);
	if (point != NULL)
		return format_text(
			"the filesystem mounted on %s is on its disk %s", point, disk);
	if (swap != NULL)
		return format_text("the swap space %s is on its disk %s", swap, disk);
	return NULL;
}

/* What the early program would ask, for uses that leave no trace above: ZFS, btrfs' other
 * disks, a volume that is not mounted. */
static bool is_claimed(const struct pci_device *device)
{
	CLEANUP_FREE char *top = root_path("/");
	int root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool claimed;

	if (root < 0)
		return true;
	claimed = storage_in_use(root, &device->facts.function.address);
	close(root);
	return claimed;
}

char *uses_storage(const struct pci_device *device)
{
	struct lines disks = find_disks(device);
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

/* proc_net_route: "Iface Destination Gateway Flags ... Mask ...", numbers in hexadecimal.
 */
static void add_ipv4_defaults(struct lines *interfaces)
{
	CLEANUP_FREE char *text = NULL;
	char *line, *rest = NULL;

	if (root_read("/proc/net/route", &text, NULL) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		unsigned int destination, flags, mask;
		char name[64];

		if (sscanf(line, "%63s %x %*x %x %*d %*d %*d %x", name, &destination,
			    &flags, &mask) == 4 &&
			destination == 0 && mask == 0 && (flags & RTF_REJECT) == 0)
			set_add(interfaces, name);
	}
}

/* "DESTINATION LENGTH SOURCE LENGTH NEXT METRIC REFERENCES USE FLAGS INTERFACE" */
static void add_ipv6_defaults(struct lines *interfaces)
{
	CLEANUP_FREE char *text = NULL;
	char *line, *rest = NULL;

	if (root_read("/proc/net/ipv6_route", &text, NULL) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char destination[40], name[64];
		unsigned int length, flags;

		if (sscanf(line, "%39s %x %*s %*x %*s %*x %*x %*x %x %63s", destination,
			    &length, &flags, name) == 4 &&
			length == 0 && strspn(destination, "0") == strlen(destination) &&
			(flags & RTF_REJECT) == 0)
			set_add(interfaces, name);
	}
}

static bool is_hardware(const char *interface)
{
	CLEANUP_FREE char *path = format_text("/sys/class/net/%s/device", interface);

	return root_exists(path);
}

/* Over a tunnel or a switch of its own kind (Open vSwitch), the card that carries it
 * cannot be told: any that is up may be it. */
static bool may_carry(const char *interface)
{
	CLEANUP_FREE char *path = format_text("/sys/class/net/%s/operstate", interface);
	CLEANUP_FREE char *state = root_read_word(path);

	return is_hardware(interface) && (state == NULL || strcmp(state, "down") != 0);
}

/* The interfaces that the default routes need: their own, and all below those. */
static struct lines find_default_interfaces(void)
{
	struct lines interfaces = {0};
	bool hardware = false;
	size_t routes;
	char **names;

	add_ipv4_defaults(&interfaces);
	add_ipv6_defaults(&interfaces);
	routes = interfaces.count;
	for (size_t i = 0; i < interfaces.count; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/net/%s", interfaces.line[i]);
		CLEANUP_FREE char *ports = format_text("%s/brif", path);

		add_names(&interfaces, path, "lower_");
		add_names(&interfaces, ports, "");
		hardware = hardware || is_hardware(interfaces.line[i]);
	}
	names = root_list("/sys/class/net");
	for (size_t i = 0; routes > 0 && !hardware && names[i] != NULL; i++)
		if (may_carry(names[i]))
			set_add(&interfaces, names[i]);
	root_list_free(names);
	return interfaces;
}

char *uses_network(const struct pci_device *device)
{
	struct lines interfaces = find_default_interfaces();
	char *use = NULL;

	for (size_t i = 0; i < interfaces.count && use == NULL; i++) {
		CLEANUP_FREE char *path =
			format_text("/sys/class/net/%s", interfaces.line[i]);

		if (leads_below(path, device))
			use = format_text("the default route goes over its network "
					  "interface %s",
				interfaces.line[i]);
	}
	lines_free(&interfaces);
	return use;
}
