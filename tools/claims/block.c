/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cmdline/driver.h"
#include "tools/claims/block.h"
#include "tools/kernel/modules.h"
#include "tools/pci/graphics-drivers.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"
#include "tools/pci/cards.h"

/* Whether the claim is one that stops a module that is loaded, too. */
static bool stops_loaded(const struct claim *claim)
{
	return claim->target == TARGET_ID || strstr(claim->text, "modeset") != NULL ||
	       strstr(claim->text, "initcall_blacklist") != NULL;
}

static bool is_loaded(const char *module)
{
	CLEANUP_FREE char *path = format_text("/sys/module/%s", module);

	return root_exists(path);
}

static bool blocks(const struct claim *claim, const char *module)
{
	struct span name = span_of(module);

	if (strcmp(claim->what, CLAIM_NOMODESET) == 0)
		return graphics_driver_obeys_nomodeset(name);
	return kernel_name_is(span_of(claim->what), module) &&
	       (stops_loaded(claim) || !is_loaded(module));
}

/*
 * Whether another driver is to have the card rather than this one, so that its block is
 * nothing to mourn: nouveau beside an installed nvidia; of the other makers the second as
 * long as the first has not come (xe, where i915 would do).
 */
static bool is_second(uint16_t vendor, size_t index)
{
	const char *first = graphics_driver(vendor, 0);
	CLEANUP_FREE char *version = NULL;
	enum module_place place;

	if (index == 0 || is_loaded(first))
		return false;
	if (vendor != VENDOR_NVIDIA)
		return true;
	version = modules_running();
	place = module_find(version, first, NULL);
	return place == MODULE_FILE || place == MODULE_BUILT_IN;
}

const char *claim_blocked_driver(
	const struct claim *claim, const struct pci_device *device)
{
	uint16_t vendor = device->facts.function.vendor;
	const char *module;

	if (claim->kind != CLAIM_BLOCK || !pci_device_is_graphics(device))
		return NULL;
	if (claim->target == TARGET_ID && !claim_means(claim, device))
		return NULL;
	for (size_t i = 0; (module = graphics_driver(vendor, i)) != NULL; i++) {
		/* one that has come was asked, and did not take this very device */
		bool asked = claim->target == TARGET_ID && is_loaded(module);

		if ((asked || !is_second(vendor, i)) && blocks(claim, module))
			return module;
	}
	return NULL;
}
