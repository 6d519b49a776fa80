/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/text/json.h"
#include "tools/system/root.h"
#include "tools/diagnose/capture/capture.h"
#include "tools/diagnose/capture/direct-reads.h"
#include "tools/diagnose/privacy/filter.h"
#include "tools/diagnose/capture/manifest.h"
#include "tools/pci/graphics-drivers.h"
#include "tools/system/node.h"

enum {
	/* of configuration space and of the boot parameters: more is not read, see
	   DEV-ALIVE */
	FIRST_BYTES = 64,
};

/* A set of texts, in the order of strcmp. */
struct set {
	void *tree;
};

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* False if it is in there already. */
static bool add(struct set *set, const char *text)
{
	char *copy;

	if (tfind(text, &set->tree, compare) != NULL)
		return false;
	copy = copy_text(text);
	tsearch(copy, &set->tree, compare);
	return true;
}

static struct set seen;

static void note(const char *path)
{
	CLEANUP_FREE char *copy = copy_text(path);
	size_t length = strlen(copy);

	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	add(&seen, copy);
}

void capture_begin(void)
{
	root_watch = note;
}

static json_t *noted;

static void list_note(const void *node, VISIT which, int depth)
{
	(void)depth;
	if (which == postorder || which == leaf)
		json_array_append_new(noted, json_text(*(const char *const *)node));
}

/* The modules that may drive the device, as DRV-BOUND asks about them. */
static void list_modules(const struct pci_device *device, json_t *modules)
{
	uint16_t vendor = device->facts.function.vendor;
	const char *module;

	for (size_t i = 0; (module = graphics_driver(vendor, i)) != NULL; i++)
		json_array_append_new(modules, json_text(module));
}

void capture_describe(const struct context *context, json_t *report)
{
	json_t *ids = json_array(), *modules = json_array();

	root_watch = NULL;
	for (size_t i = 0; i < context->devices.count; i++) {
		direct_reads_of_device(&context->devices.device[i], note);
		json_array_append_new(ids, json_text(context->devices.device[i].id));
		list_modules(&context->devices.device[i], modules);
	}
	direct_reads_of_machine(note);
	noted = json_array();
	twalk(seen.tree, list_note);
	json_object_set_new(report, "paths", noted);
	json_object_set_new(report, "ids", ids);
	json_object_set_new(report, "modules", modules);
}

void capture_join(json_t *report, const json_t *one)
{
	static const char *const lists[] = {"paths", "ids", "modules"};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		json_t *list = json_object_get(one, lists[i]);

		if (list == NULL)
			continue;
		if (json_object_get(report, lists[i]) == NULL)
			json_object_set_new(report, lists[i], json_array());
		json_array_extend(json_object_get(report, lists[i]), list);
	}
}

struct capture {
	FILE *to;
	struct filter filter;
	struct set written;
};

static void put(struct capture *capture, const char *path, char type, const char *content,
	size_t length)
{
	CLEANUP_FREE char *shown = filter_name(&capture->filter, path);
	CLEANUP_FREE char *key = format_text("%s\t%s", path, type == 'n' ? "n" : "");

	if (add(&capture->written, key))
		manifest_write(capture->to, shown, type, content, length);
}

static void put_link(struct capture *capture, const char *path, const char *target)
{
	CLEANUP_FREE char *place = NULL, *shown = NULL;

	/* One that cannot be made again is told by where it leads. */
	if (!manifest_link_is_plain(target) && root_follow(path, NULL, NULL, &place) == 0)
		target = place;
	shown = filter_name(&capture->filter, target);
	put(capture, path, 'l', shown, strlen(shown));
}

/* Another process's root is a link that leads nowhere in a capture. */
static bool is_process_root(const char *path)
{
	return text_begins(path, "/proc/") && strstr(path, "/root/") != NULL;
}

static void put_link_on_way(const char *place, const char *target, void *capture)
{
	put_link(capture, place, target);
}

/* Writes the links on the way to `path` and returns where it really is; a path of which
 * there is no end stays as it is. malloc'ed. */
static char *follow(struct capture *capture, const char *path)
{
	char *place;

	if (root_follow(path, put_link_on_way, capture, &place) < 0)
		return copy_text(path);
	return place;
}

/* The first bytes of a file in sysfs that is not text. */
static void put_first_bytes(struct capture *capture, const char *path)
{
	CLEANUP_FREE char *real = root_path(path);
	int file = open(real, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char bytes[FIRST_BYTES];
	ssize_t got = file < 0 ? -1 : pread(file, bytes, sizeof(bytes), 0);

	if (got > 0)
		put(capture, path, 'b', bytes, (size_t)got);
	if (file >= 0)
		close(file);
}

static void put_file(struct capture *capture, const char *asked, const char *path)
{
	CLEANUP_FREE char *text = NULL, *shown = NULL;
	size_t size;

	if (direct_reads_bytes(path)) {
		put_first_bytes(capture, path);
		return;
	}
	if (!filter_wants_content(asked)) {
		put(capture, path, 'f', "", 0);
		return;
	}
	if (root_read(path, &text, &size) < 0)
		return;
	if (strlen(text) != size) {
		put(capture, path, 'b', text, capture->filter.raw ? size : 0);
		return;
	}
	shown = filter_content(&capture->filter, asked, text);
	put(capture, path, 'f', shown, strlen(shown));
}

/* What is in a directory of the kernel's counts, even if nobody looked into it. */
static void put_directory(struct capture *capture, const char *path)
{
	char **names;

	put(capture, path, 'd', "", 0);
	if (!text_begins(path, "/sys/") && !text_begins(path, "/boot"))
		return;
	names = root_list(path);
	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *child = format_text("%s/%s", path, names[i]);
		CLEANUP_FREE char *real = root_path(child);
		CLEANUP_FREE char *target = root_link(child);
		struct stat status;

		if (target != NULL) {
			put_link(capture, child, target);
		} else if (stat(real, &status) == 0 && S_ISDIR(status.st_mode)) {
			put(capture, child, 'd', "", 0);
		} else if (text_begins(path, "/boot")) {
			put(capture, child, 'f', "", 0);
		}
	}
	root_list_free(names);
}

/* The kernel log is a device that gives one record a read. */
static void put_log(struct capture *capture)
{
	CLEANUP_FREE char *text = filter_log(&capture->filter);

	put(capture, "/dev/kmsg", 'f', text, strlen(text));
}

/* What a container sees: facts about a node, or the libraries in a directory. */
static void put_inside(struct capture *capture, const char *path, const char *facts)
{
	char **names;

	if (facts != NULL) {
		put(capture, path, 'n', facts, strlen(facts));
		return;
	}
	names = root_list(path);
	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *child = format_text("%s/%s", path, names[i]);

		if (strstr(names[i], "nvidia") != NULL)
			put(capture, child, 'f', "", 0);
	}
	root_list_free(names);
}

static void put_path(struct capture *capture, const char *asked)
{
	CLEANUP_FREE char *path = NULL, *facts = NULL;
	struct node node;

	if (node_read(asked, &node) < 0) {
		/* that a link is there counts, even if it leads nowhere */
		if (!is_process_root(asked))
			path = follow(capture, asked);
		return;
	}
	if (strcmp(asked, "/dev/kmsg") == 0) {
		put_log(capture);
		return;
	}
	facts = format_text("%c %u:%u %04o %u %u %lld", node.type, node.major, node.minor,
		(unsigned int)node.mode, (unsigned int)node.uid, (unsigned int)node.gid,
		node.changed);
	if (is_process_root(asked)) {
		put_inside(capture, asked, node.type == 'd' ? NULL : facts);
		return;
	}
	path = follow(capture, asked);
	if (node.type == 'd') {
		put_directory(capture, path);
	} else if (node.type == 'f') {
		put_file(capture, asked, path);
	} else {
		put(capture, path, 'f', "", 0);
		put(capture, asked, 'n', facts, strlen(facts));
	}
}

void capture_write(const json_t *report, bool raw, FILE *to)
{
	struct capture capture = {.to = to};
	size_t i;
	json_t *item;

	filter_begin(&capture.filter, raw);
	json_array_foreach (json_object_get(report, "ids"), i, item)
		filter_add_id(&capture.filter, json_string_value(item));
	json_array_foreach (json_object_get(report, "modules"), i, item)
		filter_add_module(&capture.filter, json_string_value(item));
	json_array_foreach (json_object_get(report, "paths"), i, item)
		put_path(&capture, json_string_value(item));
	filter_end(&capture.filter);
	tdestroy(capture.written.tree, free);
}
