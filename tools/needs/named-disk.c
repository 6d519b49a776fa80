/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/needs/named-disk.h"
#include "tools/pci/disks.h"
#include "tools/system/root.h"

/* systemd's fstab_node_to_udev_node() knows the same. */
static const struct {
	const char *tag;
	const char *directory;
} tags[] = {
	{"UUID=", "by-uuid"},
	{"LABEL=", "by-label"},
	{"PARTUUID=", "by-partuuid"},
	{"PARTLABEL=", "by-partlabel"},
	{"ID=", "by-id"},
};

/* As udev writes a label into a path (encode_devnode_name): \xNN for all but these. */
static char *encode(const char *value)
{
	char *text = copy_text("");

	for (; *value != '\0'; value++)
		if (isalnum((unsigned char)*value) || *value < 0 ||
			strchr("#+-.:=@_", *value) != NULL)
			text_append(&text, "%c", *value);
		else
			text_append(&text, "\\x%02x", (unsigned char)*value);
	return text;
}

/* The path below /dev. malloc'ed; NULL: it names no device. */
static char *node_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (text_begins(name, tags[i].tag)) {
			struct span value = span_of(name + strlen(tags[i].tag));
			CLEANUP_FREE char *bare = NULL, *encoded = NULL;

			if (value.length >= 2 && value.text[0] == '"')
				value = (struct span){value.text + 1, value.length - 2};
			bare = span_copy(value);
			encoded = encode(bare);
			return format_text("/dev/disk/%s/%s", tags[i].directory, encoded);
		}
	return text_begins(name, "/dev/") ? copy_text(name) : NULL;
}

/* udev keeps the links of a device in /run/udev/data: "S:disk/by-uuid/...". */
static bool udev_has_link(const char *block, const char *node)
{
	CLEANUP_FREE char *path = format_text("/sys/class/block/%s/dev", block);
	CLEANUP_FREE char *number = root_read_word(path);
	CLEANUP_FREE char *database =
		format_text("/run/udev/data/b%s", number != NULL ? number : "");
	CLEANUP_FREE char *wanted = format_text("S:%s", node + strlen("/dev/"));
	CLEANUP_FREE char *text = NULL;
	struct span rest, line;

	if (number == NULL || root_read(database, &text, NULL) < 0)
		return false;
	rest = span_of(text);
	while (span_line(&rest, &line))
		if (span_is(line, wanted))
			return true;
	return false;
}

static char *find_in_udev(const char *node)
{
	char **names = root_list("/sys/class/block");
	char *found = NULL;

	for (size_t i = 0; names[i] != NULL && found == NULL; i++)
		if (udev_has_link(names[i], node))
			found = copy_text(names[i]);
	root_list_free(names);
	return found;
}

char *block_name(const char *name)
{
	CLEANUP_FREE char *node = node_of(name);
	CLEANUP_FREE char *place = NULL, *block = NULL;

	if (node == NULL)
		return NULL;
	if (root_follow(node, NULL, NULL, &place) == 0)
		block = format_text("/sys/class/block/%s", path_name(place));
	if (block != NULL && root_exists(block))
		return copy_text(path_name(place));
	return find_in_udev(node);
}

/* The disk of the function that the node is, is a part of or is built on. malloc'ed. */
static char *disk_with(const struct pci_device *device, const char *node)
{
	struct lines disks = disks_below(device);
	char *found = NULL;

	for (size_t i = 0; i < disks.count && found == NULL; i++) {
		struct lines stack = disk_stack(disks.line[i]);

		if (disk_stack_has(&stack, NULL, node))
			found = copy_text(disks.line[i]);
		lines_free(&stack);
	}
	lines_free(&disks);
	return found;
}

const struct pci_device *disk_owner(
	const struct next_boot *boot, const char *name, char **disk)
{
	CLEANUP_FREE char *block = block_name(name);
	CLEANUP_FREE char *node = format_text("/dev/%s", block != NULL ? block : "");

	for (size_t i = 0; block != NULL && i < boot->count; i++) {
		CLEANUP_FREE char *found = disk_with(boot->chosen[i], node);
		CLEANUP_FREE char *use = found != NULL ? disk_use(found) : NULL;

		if (found != NULL && use == NULL) {
			*disk = copy_text(found);
			return boot->chosen[i];
		}
	}
	return NULL;
}

bool root_is_on(const char *name)
{
	CLEANUP_FREE char *block = block_name(name);

	return block != NULL &&
	       (disk_holds_mount(block, "/") || disk_holds_mount(block, "/usr"));
}
