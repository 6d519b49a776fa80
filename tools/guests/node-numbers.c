/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/guests/gpu-nodes.h"
#include "tools/guests/node-numbers.h"

/* The major number that a driver has now, from /proc/devices; -1 if it is not loaded. */
static int64_t driver_major(const char *driver)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, line, number, name;
	uint64_t major;
	size_t length;

	if (root_read("/proc/devices", &text, &length) < 0)
		return -1;
	rest = (struct span){text, length};
	while (span_line(&rest, &line)) {
		/* block devices have numbers of their own */
		if (span_starts(line, "Block devices:"))
			break;
		if (span_word(&line, &number) && span_word(&line, &name) &&
			span_is(name, driver) && span_number(number, 10, 4095, &major))
			return (int64_t)major;
	}
	return -1;
}

static bool numbers_of(struct node_numbers *numbers, int64_t major, unsigned int minor)
{
	*numbers = (struct node_numbers){
		.type = 'c', .major = (unsigned int)major, .minor = minor};
	return major >= 0;
}

/* "/dev/nvidia-caps/nvidia-cap21" is 21 */
static bool capability_number(struct span path, uint64_t *number)
{
	static const char caps[] = "/dev/nvidia-caps/nvidia-cap";

	return span_starts(path, caps) &&
	       span_number(span_from(path, strlen(caps)), 10, 65535, number);
}

/* "card1" is 1 and "renderD128" is 128; another name, of a link, may be any. */
static void dri_minor(struct span name, struct node_numbers *numbers)
{
	size_t stem = span_starts(name, "card")	     ? strlen("card")
		      : span_starts(name, "renderD") ? strlen("renderD")
						     : name.length;
	uint64_t minor = 0;

	numbers->any_minor = !span_number(span_from(name, stem), 10, 255, &minor);
	numbers->minor = (unsigned int)minor;
}

/*
 * 195 is NVIDIA's own number, with 0 to 247 for the GPUs, 254 for nvidia-modeset and 255
 * for nvidiactl; the numbers of nvidia-uvm and nvidia-caps differ from boot to boot
 * (kernel-open/nvidia/nv.c, nvidia-uvm/uvm.c). 226 is DRM.
 */
bool node_expected(struct span path, struct node_numbers *numbers)
{
	bool loaded = driver_major("nvidia") >= 0 || driver_major("nvidia-frontend") >= 0;
	uint64_t number;

	if (gpu_node_minor(path) >= 0)
		return numbers_of(numbers, 195, (unsigned int)gpu_node_minor(path)) &&
		       loaded;
	if (span_is(path, "/dev/nvidiactl"))
		return numbers_of(numbers, 195, 255) && loaded;
	if (span_is(path, "/dev/nvidia-modeset"))
		return numbers_of(numbers, 195, 254) && loaded;
	if (span_is(path, "/dev/nvidia-uvm"))
		return numbers_of(numbers, driver_major("nvidia-uvm"), 0);
	if (span_is(path, "/dev/nvidia-uvm-tools"))
		return numbers_of(numbers, driver_major("nvidia-uvm"), 1);
	if (capability_number(path, &number))
		return numbers_of(
			numbers, driver_major("nvidia-caps"), (unsigned int)number);
	if (span_is(path, "/dev/kfd"))
		return numbers_of(numbers, driver_major("kfd"), 0);
	if (span_starts(path, "/dev/dri/")) {
		numbers_of(numbers, 226, 0);
		dri_minor(span_from(path, strlen("/dev/dri/")), numbers);
		return true;
	}
	return false;
}

bool node_is_stale(
	struct span path, const struct node *node, struct node_numbers *expected)
{
	return node_expected(path, expected) &&
	       (node->major != expected->major ||
		       (!expected->any_minor && node->minor != expected->minor));
}

/* DRM's cards begin at 0 and its render nodes at 128 (drivers/gpu/drm/drm_drv.c). */
char *node_known_as(const struct node *node)
{
	static const struct {
		const char *driver, *stem;
	} dynamic[] = {{"nvidia-caps", "/dev/nvidia-caps/nvidia-cap"},
		{"accel", "/dev/accel/accel"}};
	int64_t major = node->major;

	if (node->type != 'c')
		return NULL;
	if (node->major == 195)
		return node->minor == 255   ? copy_text("/dev/nvidiactl")
		       : node->minor == 254 ? copy_text("/dev/nvidia-modeset")
					    : format_text("/dev/nvidia%u", node->minor);
	if (node->major == 226)
		return format_text("/dev/dri/%s%u",
			node->minor < 128 ? "card" : "renderD", node->minor);
	if (major == driver_major("nvidia-uvm"))
		return copy_text(
			node->minor == 0 ? "/dev/nvidia-uvm" : "/dev/nvidia-uvm-tools");
	if (major == driver_major("kfd"))
		return copy_text("/dev/kfd");
	for (size_t i = 0; i < ARRAY_SIZE(dynamic); i++)
		if (major == driver_major(dynamic[i].driver))
			return format_text("%s%u", dynamic[i].stem, node->minor);
	return NULL;
}

/* The number behind a word such as "Device Minor:" in one of the driver's files; -1. */
static int driver_number(const char *path, const char *field)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, line;
	uint64_t number;
	size_t length;

	if (root_read(path, &text, &length) < 0)
		return -1;
	rest = (struct span){text, length};
	while (span_line(&rest, &line))
		if (span_starts(line, field) &&
			span_number(span_trim(span_from(line, strlen(field))), 10, 65535,
				&number))
			return (int)number;
	return -1;
}

int nvidia_minor(const char *address)
{
	CLEANUP_FREE char *path = format_text(NVIDIA_GPUS "/%s/information", address);

	return driver_number(path, "Device Minor:");
}

/* Capabilities lie as deep as gpu0/mig/gi2/ci0/access. */
static char *find_capability(const char *directory, int number, int depth)
{
	char **names = root_list(directory), *found = NULL;

	for (size_t i = 0; names[i] != NULL && found == NULL && depth > 0; i++) {
		char *path = format_text("%s/%s", directory, names[i]);

		if (driver_number(path, "DeviceFileMinor:") == number) {
			found = path;
			break;
		}
		found = find_capability(path, number, depth - 1);
		free(path);
	}
	root_list_free(names);
	return found;
}

char *nvidia_capability(struct span path)
{
	uint64_t number;

	if (!capability_number(path, &number))
		return NULL;
	return find_capability("/proc/driver/nvidia/capabilities", (int)number, 6);
}

bool nvidia_has_minor(int minor)
{
	char **gpus = root_list(NVIDIA_GPUS);
	bool found = gpus[0] == NULL;

	for (size_t i = 0; gpus[i] != NULL && !found; i++)
		found = nvidia_minor(gpus[i]) == minor;
	root_list_free(gpus);
	return found;
}

char *node_text(int error, const struct node *node)
{
	static const struct {
		char type;
		const char *name;
	} kinds[] = {{'f', "a regular file"}, {'d', "a directory"},
		{'l', "a link that leads nowhere"}};

	if (error == -ENOENT)
		return copy_text("absent");
	if (error < 0)
		return format_text("not readable (%s)", strerror(-error));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (node->type == kinds[i].type)
			return copy_text(kinds[i].name);
	return format_text("%c %u:%u %04o uid %u gid %u", node->type, node->major,
		node->minor, (unsigned int)node->mode, (unsigned int)node->uid,
		(unsigned int)node->gid);
}
