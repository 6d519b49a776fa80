/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/pci/cards.h"
#include "tools/pci/attribute.h"
#include "tools/pci/mdev.h"
#include "tools/pci/virtual-functions.h"

static const char types_directory[] = "mdev_supported_types",
		  mdev_bus[] = "/sys/bus/mdev/devices",
		  /* NVIDIA's driver for kernels from 6.8 on has virtual functions
		   * instead, and a type written into a file makes a vGPU of one */
	nvidia_types[] = "nvidia/creatable_vgpu_types",
		  nvidia_current[] = "nvidia/current_vgpu_type",
		  nvidia_prefix[] = "nvidia-";

bool mdev_is_offered(const struct pci_device *device)
{
	CLEANUP_FREE char *types = attribute_path(device, types_directory);
	CLEANUP_FREE char *nvidia = attribute_path(device, nvidia_types);

	return root_exists(types) || root_exists(nvidia);
}

/* The number in front of "259  : NVIDIA RTX6000-4Q"; false for the heading. */
static bool vgpu_number(struct span line, struct span *number)
{
	uint64_t value;

	return span_word(&line, number) && span_number(*number, 10, UINT32_MAX, &value);
}

/* The same for a virtual function of NVIDIA's: it is one piece, or can become one. */
static long vgpu_available(const struct pci_device *device, struct span type)
{
	CLEANUP_FREE char *list = attribute_read(device, nvidia_types);
	CLEANUP_FREE char *current = attribute_read(device, nvidia_current);
	struct span rest = span_of(list != NULL ? list : ""), line, number, wanted;

	if (!span_starts(type, nvidia_prefix))
		return -1;
	wanted = span_from(type, strlen(nvidia_prefix));
	while (span_line(&rest, &line))
		if (vgpu_number(line, &number) && span_same(number, wanted))
			return 1;
	return current != NULL && span_is(wanted, current) ? 0 : -1;
}

long mdev_available(const struct pci_device *device, struct span type)
{
	CLEANUP_FREE char *directory = attribute_path(device, types_directory);
	CLEANUP_FREE char *path =
		format_text("%s/%.*s/available_instances", directory, SPAN(type));
	CLEANUP_FREE char *text = root_read_word(path);

	if (!root_exists(directory))
		return vgpu_available(device, type);
	if (text != NULL)
		return strtol(text, NULL, 10);
	path[strlen(path) - strlen("/available_instances")] = '\0';
	return root_exists(path) ? 1 : -1;
}

char *mdev_types(const struct pci_device *device)
{
	CLEANUP_FREE char *directory = attribute_path(device, types_directory);
	CLEANUP_FREE char *list = attribute_read(device, nvidia_types);
	struct span rest = span_of(list != NULL ? list : ""), line, number;
	char **names = root_list(directory), *types = NULL;

	for (size_t i = 0; names[i] != NULL; i++)
		text_append(&types, "%s%s", types != NULL ? ", " : "", names[i]);
	while (span_line(&rest, &line))
		if (vgpu_number(line, &number))
			text_append(&types, "%s%s%.*s", types != NULL ? ", " : "",
				nvidia_prefix, SPAN(number));
	root_list_free(names);
	return types != NULL ? types : copy_text("");
}

bool mdev_exists(const char *uuid)
{
	CLEANUP_FREE char *path = format_text("%s/%s", mdev_bus, uuid);
	CLEANUP_FREE char *target = root_link(path);

	return target != NULL || root_exists(path);
}

const struct pci_device *mdev_parent(const struct devices *devices, const char *uuid)
{
	CLEANUP_FREE char *path = format_text("%s/%s", mdev_bus, uuid);
	/* ../../../devices/pci0000:00/0000:00:02.0/UUID */
	CLEANUP_FREE char *target = root_link(path);
	char *end = target != NULL ? strrchr(target, '/') : NULL;
	struct pci_address address;

	if (end == NULL)
		return NULL;
	*end = '\0';
	if (!pci_address_parse(span_of(path_name(target)), &address))
		return NULL;
	return devices_find(devices, &address);
}

size_t card_pieces(const struct devices *devices, const struct pci_device *device)
{
	char **uuids = root_list(mdev_bus);
	size_t count = virtual_functions_now(device);

	for (size_t i = 0; uuids[i] != NULL; i++)
		count += mdev_parent(devices, uuids[i]) == device;
	root_list_free(uuids);
	return count;
}
