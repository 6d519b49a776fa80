/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/guests/daemon-conf.h"
#include "tools/guests/daemon-gpu.h"
#include "tools/guests/daemon-yaml.h"
#include "tools/guests/lxc-conf.h"

/* The part that has the profiles' settings too, if the file has it. */
static const char *part_of(const struct daemon_settings *settings, const char *whole)
{
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->setting[i].part, whole) == 0)
			return whole;
	return whole + strlen("expanded_");
}

static const char *config(const struct daemon_settings *settings, const char *key)
{
	return daemon_setting(settings, part_of(settings, "expanded_config"), "", key);
}

/* What both daemons take as true (shared/util.go IsTrue). */
static bool is_true(const char *value)
{
	static const char *const words[] = {"true", "1", "yes", "on"};

	for (size_t i = 0; value != NULL && i < ARRAY_SIZE(words); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

/* Which of the host's numbers it has: [{"Isuid":true,"Hostid":1000000,"Nsid":0,
 * "Maprange":65536,...}], written down at its last start. */
static char *idmap_lines(const struct daemon_settings *settings)
{
	const char *text = daemon_setting(settings, "config", "", "volatile.idmap.next");
	json_t *map = text != NULL ? json_loads(text, 0, NULL) : NULL, *entry;
	char *lines = NULL;
	size_t i;

	json_array_foreach (map, i, entry) {
		bool user = json_is_true(json_object_get(entry, "Isuid"));
		bool group = json_is_true(json_object_get(entry, "Isgid"));

		text_append(&lines,
			"lxc.idmap = %c %" JSON_INTEGER_FORMAT " %" JSON_INTEGER_FORMAT
			" %" JSON_INTEGER_FORMAT "\n",
			user && group ? 'b'
			: user	      ? 'u'
				      : 'g',
			json_integer_value(json_object_get(entry, "Nsid")),
			json_integer_value(json_object_get(entry, "Hostid")),
			json_integer_value(json_object_get(entry, "Maprange")));
	}
	json_decref(map);
	/* the daemons' own range where /etc/subuid gives none */
	return lines != NULL ? lines : copy_text("lxc.idmap = b 0 1000000 1000000000\n");
}

/* Lines of raw.lxc stand below its key. */
static void add_raw(const struct daemon_settings *settings, struct pve_conf *conf)
{
	const char *part = part_of(settings, "expanded_config");
	size_t lines = conf->line_count, problems = conf->problem_count;
	const char *raw = config(settings, "raw.lxc");
	unsigned int first = 0;

	if (raw == NULL)
		return;
	lxc_conf_add(span_of(raw), conf);
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->setting[i].part, part) == 0 &&
			strcmp(settings->setting[i].key, "raw.lxc") == 0)
			first = settings->setting[i].line - (strchr(raw, '\n') == NULL);
	for (; lines < conf->line_count; lines++)
		conf->line[lines].line += first;
	for (; problems < conf->problem_count; problems++)
		conf->problem[problems].line += first;
}

/* "gpu,pci=0000:01:00.0,gid=44": a device in one line. */
static struct pve_line *device_line(
	const struct daemon_settings *settings, const char *part, const char *name)
{
	struct pve_line *line = allocate_more(NULL, sizeof(*line));
	const char *type = daemon_setting(settings, part, name, "type");
	char *value = copy_text(type != NULL ? type : "");

	*line = (struct pve_line){.key = span_of(copy_text(name))};
	for (size_t i = 0; i < settings->count; i++) {
		const struct daemon_setting *setting = &settings->setting[i];

		if (strcmp(setting->part, part) != 0 ||
			strcmp(setting->device, name) != 0)
			continue;
		if (line->line == 0)
			line->line = setting->line - 1;
		if (strcmp(setting->key, "type") != 0)
			text_append(&value, ",%s=%s", setting->key, setting->value);
	}
	line->value = span_of(value);
	return line;
}

struct daemon_device {
	struct container *container;
	const struct daemon_settings *settings;
	const char *part, *name;
	const struct pve_line *line;
};

static const char *property(const struct daemon_device *device, const char *key)
{
	return daemon_setting(device->settings, device->part, device->name, key);
}

static uint32_t number(
	const struct daemon_device *device, const char *key, unsigned int base)
{
	const char *text = property(device, key);

	return text != NULL ? (uint32_t)strtoul(text, NULL, (int)base) : 0;
}

/* A node that the daemon makes, with its owner and mode; each once. */
static void add_node(const struct daemon_device *device, const char *path,
	const char *target, bool optional)
{
	struct container *container = device->container;
	const char *mode = property(device, "mode");
	bool local =
		daemon_setting(device->settings, "devices", device->name, "type") != NULL;

	for (size_t i = 0; i < container->device_count; i++)
		if (span_is(container->device[i].path, path))
			return;
	*ARRAY_ADD(container->device, container->device_count) =
		(struct container_device){
			.from = device->line,
			.number = -1,
			.path = span_of(copy_text(path)),
			.target = target != NULL ? span_of(copy_text(target + 1))
						 : (struct span){0},
			.mode = number(device, "mode", 8),
			.uid = number(device, "uid", 10),
			.gid = number(device, "gid", 10),
			.host_mode = mode == NULL,
			.optional = optional,
			.inherited = !local,
		};
}

static void add_gpu(const struct daemon_device *device)
{
	const struct gpu_choice choice = {
		.pci = property(device, "pci"),
		.id = property(device, "id"),
		.vendor = property(device, "vendorid"),
		.product = property(device, "productid"),
		.runtime = is_true(config(device->settings, "nvidia.runtime")),
	};
	const char *type = property(device, "gputype");
	struct lines nodes = {0};
	bool optional;

	/* pieces of a card are another matter */
	if (type != NULL && strcmp(type, "physical") != 0)
		return;
	optional = daemon_gpu_nodes(&choice, &nodes);
	for (size_t i = 0; i < nodes.count; i++)
		add_node(device, nodes.line[i], NULL, optional);
	lines_free(&nodes);
}

static void add_disk(const struct daemon_device *device)
{
	const char *source = property(device, "source"), *path = property(device, "path");

	if (source == NULL || path == NULL || !text_begins(source, "/dev/") ||
		path[0] != '/')
		return;
	*ARRAY_ADD(device->container->mount, device->container->mount_count) =
		(struct container_mount){
			.from = device->line,
			.source = span_of(copy_text(source)),
			.target = span_of(copy_text(path + 1)),
			.directory = true,
		};
}

static void add_device(const struct daemon_device *device)
{
	const char *type = property(device, "type");
	const char *path = property(device, "path"), *source = property(device, "source");
	const char *required = property(device, "required");

	if (type == NULL)
		return;
	if (strcmp(type, "gpu") == 0)
		add_gpu(device);
	else if (strcmp(type, "disk") == 0)
		add_disk(device);
	else if (strcmp(type, "unix-char") == 0 && (source != NULL || path != NULL))
		add_node(device, source != NULL ? source : path,
			path != NULL && path[0] == '/' ? path : source,
			required != NULL && !is_true(required));
}

static void add_devices(
	const struct daemon_settings *settings, struct container *container)
{
	const char *part = part_of(settings, "expanded_devices");
	struct lines seen = {0};

	for (size_t i = 0; i < settings->count; i++) {
		struct daemon_device device = {
			container, settings, part, settings->setting[i].device, NULL};

		if (strcmp(settings->setting[i].part, part) != 0 ||
			lines_has(&seen, device.name))
			continue;
		lines_add(&seen, "%s", device.name);
		device.line = device_line(settings, part, device.name);
		add_device(&device);
	}
	lines_free(&seen);
}

/* nvidia.runtime has the daemon run LXC's hook of NVIDIA. */
static const struct pve_line *runtime_line(const struct daemon_settings *settings)
{
	struct pve_line *line = allocate_more(NULL, sizeof(*line));

	*line = (struct pve_line){
		.key = span_of("nvidia.runtime"), .value = span_of("true")};
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->setting[i].key, "nvidia.runtime") == 0)
			line->line = settings->setting[i].line;
	return line;
}

int daemon_conf_read(struct span text, struct container *container)
{
	struct daemon_settings settings;
	int error = daemon_settings_read(text, &settings);
	bool privileged;

	*container = (struct container){0};
	if (error < 0 || settings.count == 0)
		return -EINVAL;
	privileged = is_true(config(&settings, "security.privileged"));
	lxc_conf_add(span_of(privileged ? "" : idmap_lines(&settings)), &container->conf);
	add_raw(&settings, &container->conf);
	container_read_lines(container);
	container->unprivileged = container->open = !privileged;
	container->nesting = is_true(config(&settings, "security.nesting"));
	if (is_true(config(&settings, "nvidia.runtime"))) {
		container->nvidia_hook = runtime_line(&settings);
	}
	add_devices(&settings, container);
	return 0;
}
