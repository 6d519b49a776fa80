/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmdline/address.h"
#include "tools/text/string.h"
#include "tools/kernel/iommu-state.h"
#include "tools/kernel/iommu.h"
#include "tools/selection/first-driver.h"
#include "tools/selection/predict.h"
#include "tools/system/root.h"

/* Whether that is the line of this boot, in which the IOMMU is as it is. */
static bool is_running(const char *line)
{
	CLEANUP_FREE char *running = root_read_word("/proc/cmdline");
	size_t length = running != NULL ? strlen(running) : 0;

	return running != NULL && strncmp(line, running, length) == 0 &&
	       strspn(line + length, " \n") == strlen(line + length);
}

/* Whether a boot with this line has groups where this one has none, only because its own
 * line left the IOMMU off. */
static bool turns_on(enum iommu said)
{
	CLEANUP_FREE char *running = root_read_word("/proc/cmdline");
	enum iommu_state state = iommu_state(running != NULL ? running : "");

	if (state == IOMMU_NOT_ASKED)
		return said == IOMMU_ON;
	return state == IOMMU_TURNED_OFF &&
	       (said == IOMMU_ON ||
		       (said == IOMMU_UNSAID && iommu_maker() != IOMMU_INTEL));
}

/* The devices as the early program will find them. */
static void make_early(struct scan *scan, const char *line)
{
	bool running = is_running(line);
	enum iommu said = running ? IOMMU_UNSAID : iommu_in(line, NULL);
	bool assume_group = !running && turns_on(said);
	struct first_drivers *known = first_drivers_read();

	for (unsigned int i = 0; i < scan->count; i++) {
		struct device *device = &scan->device[i];

		first_driver_set(known, device);
		/* Nobody can tell which: each gets one of its own. */
		if (assume_group)
			device->group = (int32_t)i;
		if (said == IOMMU_OFF)
			device->group = -1;
	}
	first_drivers_free(known);
}

struct prediction *predict_boot(const char *line, bool next_boot, char **why)
{
	struct prediction *prediction;
	size_t length = strlen(line);
	int root = open(root_directory[0] != '\0' ? root_directory : "/",
		O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0) {
		*why = format_text("cannot open %s: %s", root_directory, strerror(errno));
		return NULL;
	}
	prediction = allocate_more(NULL, sizeof(*prediction));
	flag_find(line, length, &prediction->flag);
	scan_devices(root, &prediction->flag, &prediction->scan);
	close(root);
	if (next_boot)
		make_early(&prediction->scan, line);
	plan_make(&prediction->flag, &prediction->scan, &prediction->plan);
	return prediction;
}

const struct plan_entry *prediction_of(
	const struct prediction *prediction, const struct pci_address *address)
{
	for (unsigned int i = 0; i < prediction->plan.count; i++) {
		const struct plan_entry *entry = &prediction->plan.entry[i];

		if (pci_address_compare(&entry->device->function.address, address) == 0)
			return entry;
	}
	return NULL;
}

bool prediction_selects(
	const struct prediction *prediction, const struct pci_address *address)
{
	const struct plan_entry *entry = prediction_of(prediction, address);

	return entry != NULL && entry->reason != REASON_BOOT_DISPLAY;
}
