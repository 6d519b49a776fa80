/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cmdline/address.h"
#include "hook/sysfs.h"
#include "hook/use.h"

enum { TABLE_MAX = 16384 };

struct search {
	int root;
	char component[24]; /* "/ADDRESS/" in the path of what lies below the device */
	unsigned int looks;
	const char *process; /* whose open files are looked at */
	struct device_use *use;
};

static struct text path_of(
	char path[SYSFS_PATH_MAX], const char *first, const char *second)
{
	struct text text = text_in(path, SYSFS_PATH_MAX);

	text_add(&text, first);
	text_add(&text, second);
	return text;
}

/* Whether the link of this name in a directory of /sys leads below the device. */
static bool is_below(const struct search *search, const char *directory, const char *name)
{
	char path[SYSFS_PATH_MAX], target[PATH_MAX];
	ssize_t length;

	path_of(path, directory, name);
	length = readlinkat(search->root, path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	return strstr(target, search->component) != NULL;
}

/* The answer to a walk: whether to go on. */
static bool found(const struct search *search, enum use_kind kind, const char *name)
{
	struct text text = text_in(search->use->name, sizeof(search->use->name));

	search->use->kind = kind;
	text_add(&text, name);
	return false;
}

/*
 * open(2): O_EXCL without O_CREAT on a block device fails with EBUSY if the system uses
 * it. The whole disk is claimed with any of its partitions.
 */
static bool disk_is_claimed(int root, const char *name)
{
	char path[SYSFS_PATH_MAX];
	int disk;

	path_of(path, "dev/", name);
	disk = openat(root, path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (disk < 0)
		return true;
	close(disk);
	return false;
}

static bool visit_disk(const char *name, void *data)
{
	const struct search *search = data;

	if (is_below(search, "sys/block/", name) && disk_is_claimed(search->root, name))
		return found(search, USE_DISK, name);
	return true;
}

/*
 * Whether a table of the kernel's has a line of the interface: as the first word
 * (`ahead`, /proc/net/route), or as the last one. What IPv6 makes for every interface
 * that is up, link-local and multicast, is no use.
 */
static bool is_in_table(int root, const char *path, const char *name, bool ahead)
{
	static char table[TABLE_MAX];
	size_t length = strlen(name);

	/* Too long to be read: who knows. */
	if (file_read(root, path, table, sizeof(table)) == sizeof(table) - 1)
		return true;
	for (char *line = table, *end; (end = strchr(line, '\n')) != NULL;
		line = end + 1) {
		size_t width = (size_t)(end - line);

		if (width <= length)
			continue;
		if (ahead ? strncmp(line, name, length) == 0 && line[length] == '\t'
			  : strncmp(line, "fe80", 4) != 0 &&
					strncmp(line, "ff", 2) != 0 &&
					strncmp(end - length, name, length) == 0 &&
					end[-(ptrdiff_t)length - 1] == ' ')
			return true;
	}
	return false;
}

/* "upper_br0", "upper_eth0.5": what is built on an interface, which has the address. */
static bool visit_upper(const char *name, void *data)
{
	bool *has_upper = data;

	*has_upper = strncmp(name, "upper_", 6) == 0 || strcmp(name, "master") == 0;
	return !*has_upper;
}

static bool visit_interface(const char *name, void *data)
{
	const struct search *search = data;
	int root = search->root;
	char path[SYSFS_PATH_MAX];
	bool used = false;

	if (!is_below(search, "sys/class/net/", name))
		return true;
	path_of(path, "sys/class/net/", name);
	directory_walk(root, path, visit_upper, &used);
	if (used || is_in_table(root, "proc/net/route", name, true) ||
		is_in_table(root, "proc/net/if_inet6", name, false) ||
		is_in_table(root, "proc/net/ipv6_route", name, false))
		return found(search, USE_INTERFACE, name);
	return true;
}

/* The kernel's consoles: "tty0 ttyS0". */
static void find_console(const struct search *search)
{
	char list[256];

	file_read(search->root, "sys/class/tty/console/active", list, sizeof(list));
	for (char *word = list, *end; *word != '\0'; word = end + (*end != '\0')) {
		char after;

		end = word + strcspn(word, " \n");
		after = *end;
		*end = '\0';
		if (is_below(search, "sys/class/tty/", word))
			found(search, USE_CONSOLE, word);
		*end = after;
	}
}

static bool visit_file(const char *name, void *data)
{
	const struct search *search = data;
	char path[SYSFS_PATH_MAX], target[SYSFS_PATH_MAX];
	struct text text = path_of(path, "proc/", search->process);
	ssize_t length;

	text_add(&text, "/fd/");
	text_add(&text, name);
	length = readlinkat(search->root, path, target, sizeof(target) - 1);
	if (length < 0)
		return true;
	target[length] = '\0';
	if (((search->looks & LOOK_SERIAL) != 0 && strncmp(target, "/dev/tty", 8) == 0 &&
		    is_below(search, "sys/class/tty/", target + 5)) ||
		((search->looks & LOOK_SOUND) != 0 &&
			strncmp(target, "/dev/snd/", 9) == 0 &&
			is_below(search, "sys/class/sound/", target + 9)))
		return found(search, USE_OPEN, target);
	return true;
}

static bool visit_process(const char *name, void *data)
{
	struct search *search = data;
	char path[SYSFS_PATH_MAX];
	struct text text;

	if (name[0] < '0' || name[0] > '9')
		return true;
	search->process = name;
	text = path_of(path, "proc/", name);
	text_add(&text, "/fd");
	directory_walk(search->root, path, visit_file, search);
	return search->use->kind == USE_NONE;
}

/* drivers/vfio/group.c: a group that somebody has cannot be opened a second time. */
static void find_guest(const struct search *search, int32_t group)
{
	char path[SYSFS_PATH_MAX], number[24];
	struct text text = text_in(number, sizeof(number));
	int file;

	if (group < 0)
		return;
	text_add(&text, "vfio/");
	text_add_number(&text, (uint64_t)group);
	path_of(path, "dev/", number);
	file = openat(search->root, path, O_RDWR | O_CLOEXEC);
	if (file >= 0)
		close(file);
	else if (errno == EBUSY)
		found(search, USE_GUEST, number);
}

void device_use_find(int root, const struct pci_address *address, int32_t group,
	unsigned int looks, struct device_use *use)
{
	struct search search = {.root = root, .looks = looks, .use = use};
	struct text text = text_in(search.component, sizeof(search.component));

	*use = (struct device_use){0};
	text_add(&text, "/");
	pci_address_format(address, &text);
	text_add(&text, "/");
	if ((looks & LOOK_DISKS) != 0)
		directory_walk(root, "sys/block", visit_disk, &search);
	if ((looks & LOOK_INTERFACES) != 0 && use->kind == USE_NONE)
		directory_walk(root, "sys/class/net", visit_interface, &search);
	if ((looks & LOOK_SERIAL) != 0 && use->kind == USE_NONE)
		find_console(&search);
	if ((looks & (LOOK_SERIAL | LOOK_SOUND)) != 0 && use->kind == USE_NONE)
		directory_walk(root, "proc", visit_process, &search);
	if ((looks & LOOK_GUEST) != 0 && use->kind == USE_NONE)
		find_guest(&search, group);
}

void device_use_add(const struct device_use *use, struct text *text)
{
	static const char *const by[][2] = {
		[USE_NONE] = {"", ""},
		[USE_DISK] = {"the disk ", ", which is mounted or claimed"},
		[USE_INTERFACE] = {"the interface ",
			", which has an address, a route or a master"},
		[USE_CONSOLE] = {"the console ", ""},
		[USE_OPEN] = {"a program that has ", " open"},
		[USE_GUEST] = {"a guest, which has /dev/", ""},
	};

	text_add(text, by[use->kind][0]);
	text_add(text, use->name);
	text_add(text, by[use->kind][1]);
}
