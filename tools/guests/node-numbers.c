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

/*
 * 195 is NVIDIA's own number, with 0 to 247 for the GPUs, 254 for nvidia-modeset and 255
 * for nvidiactl; the numbers of nvidia-uvm and nvidia-caps differ from boot to boot
 * (kernel-open/nvidia/nv.c, nvidia-uvm/uvm.c). 226 is DRM.
 */
bool node_expected(struct span path, struct node_numbers *numbers)
{
	static const char caps[] = "/dev/nvidia-caps/nvidia-cap";
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
	if (span_starts(path, caps) &&
		span_number(span_from(path, strlen(caps)), 10, 65535, &number))
		return numbers_of(
			numbers, driver_major("nvidia-caps"), (unsigned int)number);
	if (span_is(path, "/dev/kfd"))
		return numbers_of(numbers, driver_major("kfd"), 0);
	if (span_starts(path, "/dev/dri/")) {
		numbers_of(numbers, 226, 0);
		numbers->any_minor = true;
		return true;
	}
	return false;
}

int nvidia_minor(const char *address)
{
	static const char field[] = "Device Minor:";
	CLEANUP_FREE char *path = format_text(NVIDIA_GPUS "/%s/information", address);
	CLEANUP_FREE char *text = NULL;
	struct span rest, line;
	uint64_t minor;
	size_t length;

	if (root_read(path, &text, &length) < 0)
		return -1;
	rest = (struct span){text, length};
	while (span_line(&rest, &line))
		if (span_starts(line, field) &&
			span_number(span_trim(span_from(line, strlen(field))), 10, 255,
				&minor))
			return (int)minor;
	return -1;
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
