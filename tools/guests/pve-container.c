/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/lxc-conf.h"
#include "tools/guests/node-kinds.h"
#include "tools/guests/pve-container.h"

static void problem(struct container *container, const struct pve_line *line,
	struct span text, const char *what)
{
	struct pve_conf *conf = &container->conf;
	struct pve_problem *problem = ARRAY_ADD(conf->problem, conf->problem_count);

	*problem = (struct pve_problem){
		.file = line->file,
		.line = line->line,
		.column = line->column + (unsigned int)(text.text - line->value.text),
		.text = text,
		.what = what,
	};
}

/* PVE takes everything behind the colon: there are no comments at the end of a line. */
static bool has_comment(
	struct container *container, const struct pve_line *line, struct span *value)
{
	for (size_t i = 1; i < value->length; i++) {
		if (value->text[i] != '#' ||
			(value->text[i - 1] != ' ' && value->text[i - 1] != '\t'))
			continue;
		/* LXC reads as far as it needs */
		if (!container->lxc)
			problem(container, line, span_from(*value, i),
				"a comment at the end of a line is part of the value for "
				"PVE");
		value->length = i;
		*value = span_trim(*value);
		return true;
	}
	return false;
}

static const char *device_property(
	struct container_device *device, struct span key, struct span value)
{
	uint64_t number;
	int truth;

	if (span_is(key, "path")) {
		if (device->path.length > 0)
			return "the path is given twice";
		device->path = value;
		if (!span_starts(value, "/dev/"))
			return "the path must begin with /dev/";
		return NULL;
	}
	if (span_is(key, "mode")) {
		if (value.length != 4 || value.text[0] != '0' ||
			!span_number(value, 8, 07777, &number))
			return "a mode is a 0 and three octal digits";
		device->mode = (unsigned int)number;
		device->owner_given = true;
		return NULL;
	}
	if (span_is(key, "uid") || span_is(key, "gid")) {
		if (!span_number(value, 10, UINT32_MAX, &number))
			return "a uid or gid is a number";
		*(span_is(key, "uid") ? &device->uid : &device->gid) = (uint32_t)number;
		device->owner_given = true;
		return NULL;
	}
	if (span_is(key, "deny-write")) {
		truth = span_boolean(value);
		device->deny_write = truth == 1;
		return truth < 0 ? "deny-write is 0 or 1" : NULL;
	}
	return "PVE knows no such property of a device";
}

static void read_device(
	struct container *container, const struct pve_line *line, int number)
{
	struct container_device device = {.from = line, .number = number, .mode = 0660};
	struct span rest = line->value, key, value;
	const char *wrong;
	bool more;

	has_comment(container, line, &rest);
	for (;;) {
		wrong = pve_property_next(&rest, "path", &key, &value, &more);
		if (!more)
			break;
		if (wrong == NULL)
			wrong = device_property(&device, key, value);
		if (wrong != NULL)
			problem(container, line, pve_property_at(key, value), wrong);
	}
	if (device.path.length == 0)
		problem(container, line, line->value, "there is no path");
	else
		*ARRAY_ADD(container->device, container->device_count) = device;
}

static bool rule_number(struct span span, int64_t *number)
{
	uint64_t value;

	*number = -1;
	if (span_is(span, "*"))
		return true;
	if (!span_number(span, 10, 0xfffff, &value))
		return false;
	*number = (int64_t)value;
	return true;
}

/* The kernel's own form: TYPE MAJOR:MINOR ACCESS, or a lone "a" */
static void read_rule(
	struct container *container, const struct pve_line *line, bool allow, bool old)
{
	struct container_rule rule = {
		.from = line, .allow = allow, .old = old, .major = -1, .minor = -1};
	struct span rest = line->value, type, numbers, major;

	has_comment(container, line, &rest);
	if (!span_word(&rest, &type) || type.length != 1 ||
		strchr("abc", type.text[0]) == NULL) {
		problem(container, line, line->value,
			"a device rule begins with c, b or a and a blank");
		return;
	}
	rule.type = type.text[0];
	if (span_word(&rest, &numbers)) {
		if (!span_piece(&numbers, ':', &major) ||
			!rule_number(major, &rule.major) ||
			!rule_number(numbers, &rule.minor)) {
			problem(container, line, line->value,
				"the numbers of a device rule are MAJOR:MINOR, or * for any");
			return;
		}
		span_word(&rest, &rule.access);
	} else if (rule.type != 'a') {
		problem(container, line, line->value,
			"the numbers of a device rule are missing");
		return;
	}
	*ARRAY_ADD(container->rule, container->rule_count) = rule;
}

/* A node made elsewhere is known by where it comes to be. */
static void know_by_target(struct container_mount *mount)
{
	char *target = format_text("/%.*s", SPAN(mount->target));

	if (gpu_node_kind(mount->source) == GPU_NODE_NONE &&
		gpu_node_kind(span_of(target)) != GPU_NODE_NONE)
		mount->known_as = target;
	else
		free(target);
}

/* For LXC a target may also be written as the host sees it, below the container's root:
 * /var/lib/lxc/web/rootfs/dev/dri (src/lxc/conf.c mount_entry_on_absolute_rootfs). */
static struct span below_root(struct span target)
{
	static const char root[] = "/rootfs/";
	const char *at = target.text[0] == '/'
				 ? memmem(target.text, target.length, root, strlen(root))
				 : NULL;

	return at != NULL ? span_from(target, (size_t)(at - target.text) + strlen(root))
			  : target;
}

/* The fields of fstab: SOURCE TARGET TYPE OPTIONS [FREQ PASS] */
static void read_mount(struct container *container, const struct pve_line *line)
{
	struct container_mount mount = {.from = line};
	struct span rest = line->value, type, options = {0}, option;

	has_comment(container, line, &rest);
	if (!span_word(&rest, &mount.source) || !span_word(&rest, &mount.target) ||
		!span_word(&rest, &type) || !span_word(&rest, &options)) {
		problem(container, line, line->value,
			"a mount entry is SOURCE TARGET TYPE OPTIONS");
		return;
	}
	if (container->lxc)
		mount.target = below_root(mount.target);
	if (mount.target.text[0] == '/') {
		problem(container, line, mount.target,
			"the target is relative to the container's root: without a slash "
			"in front");
		while (mount.target.length > 0 && mount.target.text[0] == '/')
			mount.target = span_from(mount.target, 1);
	}
	while (span_piece(&options, ',', &option)) {
		mount.optional |= span_is(option, "optional");
		mount.directory |= span_is(option, "create=dir");
		mount.create |= span_starts(option, "create=");
	}
	know_by_target(&mount);
	*ARRAY_ADD(container->mount, container->mount_count) = mount;
}

static void read_features(struct container *container, struct span value)
{
	struct span key, piece;
	bool more;

	while (pve_property_next(&value, "", &key, &piece, &more), more)
		if (span_is(key, "nesting"))
			container->nesting = span_boolean(piece) == 1;
}

/* mpN: VOLUME|DIRECTORY,mp=PATH[,...] */
static void read_mount_point(struct container *container, const struct pve_line *line)
{
	struct container_mount mount = {.from = line, .directory = true};
	struct span rest = line->value, key, value;
	bool more;

	while (pve_property_next(&rest, "volume", &key, &value, &more), more) {
		if (span_is(key, "volume"))
			mount.source = value;
		if (span_is(key, "mp") && span_starts(value, "/"))
			mount.target = span_from(value, 1);
	}
	if (span_starts(mount.source, "/dev/") && mount.target.length > 0)
		*ARRAY_ADD(container->mount, container->mount_count) = mount;
}

static void read_hook(struct container *container, const struct pve_line *line)
{
	struct container_hook hook = {
		.from = line,
		.when = span_from(line->key, strlen("lxc.hook.")),
		.command = line->value,
	};

	if (span_is(hook.when, "mount") && span_has(hook.command, "hooks/nvidia"))
		container->nvidia_hook = line;
	else
		*ARRAY_ADD(container->hook, container->hook_count) = hook;
}

static void read_item(struct container *container, const struct pve_line *line)
{
	bool main = line->section == 0;
	struct span key = line->key;
	int number = pve_key_number(key, "dev");

	if (number >= 0)
		read_device(container, line, number);
	else if (span_is(key, "lxc.cgroup2.devices.allow"))
		read_rule(container, line, true, false);
	else if (span_is(key, "lxc.cgroup2.devices.deny"))
		read_rule(container, line, false, false);
	else if (span_is(key, "lxc.cgroup.devices.allow"))
		read_rule(container, line, true, true);
	else if (span_is(key, "lxc.cgroup.devices.deny"))
		read_rule(container, line, false, true);
	else if (span_is(key, "lxc.mount.entry"))
		read_mount(container, line);
	else if (span_is(key, "unprivileged") && main)
		container->unprivileged = span_boolean(line->value) == 1;
	else if (span_is(key, "template") && main)
		container->template = span_boolean(line->value) == 1;
	else if (span_is(key, "features") && main)
		read_features(container, line->value);
	else if (pve_key_number(key, "mp") >= 0)
		read_mount_point(container, line);
	else if (span_is(key, "lxc.idmap") && main)
		container->own_idmap = true;
	else if (span_starts(key, "lxc.hook.") && !span_is(key, "lxc.hook.version") &&
		 main)
		read_hook(container, line);
}

static int by_line(const void *a, const void *b)
{
	const struct pve_problem *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return (left->column > right->column) - (left->column < right->column);
}

static void read_items(struct container *container)
{
	struct pve_conf *conf = &container->conf;

	for (size_t i = 0; i < conf->line_count; i++)
		read_item(container, &conf->line[i]);
	if (conf->problem_count > 1)
		qsort(conf->problem, conf->problem_count, sizeof(*conf->problem),
			by_line);
}

void container_read(struct span text, struct container *container)
{
	*container = (struct container){0};
	pve_conf_read(text, PVE_CONTAINER, &container->conf);
	read_items(container);
}

void container_read_lines(struct container *container)
{
	container->lxc = true;
	read_items(container);
	/* without a rule that counts LXC leaves every device alone */
	container->open = true;
	for (size_t i = 0; i < container->rule_count; i++)
		container->open = container->open && container->rule[i].old;
}

void container_read_lxc(struct span text, struct container *container)
{
	*container = (struct container){0};
	lxc_conf_add(text, &container->conf);
	container_read_lines(container);
}

int container_load_lxc(const char *path, char **text, struct container *container)
{
	int error;

	*container = (struct container){0};
	error = lxc_conf_load(path, text, &container->conf);
	if (error == 0)
		container_read_lines(container);
	return error;
}

void container_use_cgroup1(struct container *container)
{
	bool open = container->lxc;

	for (size_t i = 0; i < container->rule_count; i++) {
		container->rule[i].old = !container->rule[i].old;
		open = open && container->rule[i].old;
	}
	container->open = open;
}

void container_free(struct container *container)
{
	pve_conf_free(&container->conf);
	free(container->device);
	free(container->rule);
	for (size_t i = 0; i < container->mount_count; i++)
		free(container->mount[i].known_as);
	free(container->mount);
	free(container->hook);
	*container = (struct container){0};
}

bool container_in_main(const struct container *container, const struct pve_line *from)
{
	return pve_line_where(&container->conf, from) == PVE_MAIN;
}
