/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/diagnose/capture/direct-reads.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

static const char boot_parameters[] = "/sys/kernel/boot_params/data";

static void note_in(
	const char *directory, const char *name, void (*note)(const char *path))
{
	CLEANUP_FREE char *path = format_text("%s/%s", directory, name);

	note(path);
}

/* A display's connectors: drm/card0/card0-HDMI-A-1/status, as hook/display.c reads it. */
static void note_connectors(const char *device, void (*note)(const char *path))
{
	CLEANUP_FREE char *drm = format_text("%s/drm", device);
	char **cards = root_list(drm);

	for (size_t i = 0; cards[i] != NULL; i++) {
		CLEANUP_FREE char *card = format_text("%s/%s", drm, cards[i]);
		char **connectors = root_list(card);

		note_in(card, "boot_display", note);
		for (size_t j = 0; connectors[j] != NULL; j++) {
			CLEANUP_FREE char *connector =
				format_text("%s/%s", card, connectors[j]);

			if (!text_begins(connectors[j], "card"))
				continue;
			note_in(connector, "status", note);
			note_in(connector, "enabled", note);
		}
		root_list_free(connectors);
	}
	root_list_free(cards);
}

static void note_mdev_types(const char *device, void (*note)(const char *path))
{
	CLEANUP_FREE char *directory = format_text("%s/mdev_supported_types", device);
	char **types = root_list(directory);

	for (size_t i = 0; types[i] != NULL; i++) {
		CLEANUP_FREE char *type = format_text("%s/%s", directory, types[i]);

		note_in(type, "available_instances", note);
	}
	root_list_free(types);
}

/* Virtual functions, the pieces of a split card, the firmware's framebuffer: see
 * device_read_relations() in hook/device.c. */
static void note_relations(const char *device, void (*note)(const char *path))
{
	char **names = root_list(device);

	for (size_t i = 0; names[i] != NULL; i++)
		if (text_begins(names[i], "virtfn") ||
			strstr(names[i], "-framebuffer.") != NULL ||
			(strlen(names[i]) == 36 && names[i][8] == '-'))
			note_in(device, names[i], note);
	root_list_free(names);
}

void direct_reads_of_device(
	const struct pci_device *device, void (*note)(const char *path))
{
	static const char *const names[] = {"vendor", "device", "class",
		"subsystem_vendor", "subsystem_device", "revision", "irq", "resource",
		"config", "boot_vga", "boot_display", "physfn", "modalias", "driver",
		"iommu_group", "driver_override", "reset_method", "power_state",
		"sriov_numvfs", "sriov_totalvfs", "sriov_offset", "sriov_stride"};
	CLEANUP_FREE char *path = format_text("/sys/bus/pci/devices/%s", device->address);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		note_in(path, names[i], note);
	note_connectors(path, note);
	note_mdev_types(path, note);
	note_relations(path, note);
	if (device->facts.group >= 0) {
		CLEANUP_FREE char *member =
			format_text("/sys/kernel/iommu_groups/%d/devices/%s",
				device->facts.group, device->address);

		note(member);
	}
}

void direct_reads_of_machine(void (*note)(const char *path))
{
	note("/usr/share/misc/pci.ids");
	note("/sys/bus/mdev/devices");
	note("/proc/iomem");
	note(boot_parameters);
}

bool direct_reads_bytes(const char *path)
{
	return strcmp(path, boot_parameters) == 0 ||
	       (text_begins(path, "/sys/") && text_ends(path, "/config"));
}
