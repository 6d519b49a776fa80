/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "tools/kernel/kernels.h"
#include "tools/kernel/modules.h"
#include "tools/selection/boot-record.h"
#include "tools/selection/first-driver.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

struct first_drivers {
	char *version;	      /* of the next kernel: the newest, unless none is here */
	bool same_kernel;     /* as in this boot */
	struct record record; /* of this boot; empty if there is none */
	char *aliases; /* "MODULE.alias=PATTERN" of what is built in, each with NUL */
	size_t length;
};

struct first_drivers *first_drivers_read(void)
{
	struct first_drivers *known = allocate_more(NULL, sizeof(*known));
	CLEANUP_FREE char *running = modules_running();
	CLEANUP_FREE char *directory = NULL, *path = NULL, *why = NULL;
	struct kernels kernels;

	*known = (struct first_drivers){0};
	kernels_find(&kernels);
	known->version =
		copy_text(kernels.count > 0 ? kernels.kernel[0].version : running);
	known->same_kernel =
		strcmp(known->version, running) == 0 || strcmp(running, "unknown") == 0;
	kernels_free(&kernels);
	record_read(&known->record, &why);
	directory = modules_directory(known->version);
	path = format_text("%s/modules.builtin.modinfo", directory);
	root_read(path, &known->aliases, &known->length);
	return known;
}

void first_drivers_free(struct first_drivers *known)
{
	record_free(&known->record);
	free(known->version);
	free(known->aliases);
	free(known);
}

/* Drivers of PCI functions that are not called as their modules are: the module, and the
 * driver. */
static const char *const renamed[][2] = {{"xhci_pci", "xhci_hcd"},
	{"ehci_pci", "ehci-pci"}, {"ohci_pci", "ohci-pci"}, {"8250_pci", "serial"}};

static const char *driver_of_module(const char *module)
{
	for (size_t i = 0; i < ARRAY_SIZE(renamed); i++)
		if (strcmp(module, renamed[i][0]) == 0)
			return renamed[i][1];
	return module;
}

static const char *module_of_driver(const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(renamed); i++)
		if (strcmp(driver, renamed[i][1]) == 0)
			return renamed[i][0];
	return driver;
}

/*
 * Whether the driver is a part of that kernel. /sys/module/NAME has "initstate" only for
 * a loaded module (kernel/module/sysfs.c); the link "module" is there for both, but for
 * a built-in one without parameters.
 */
static bool is_built_in(const struct first_drivers *known, const char *driver)
{
	CLEANUP_FREE char *link = format_text("/sys/bus/pci/drivers/%s/module", driver);
	CLEANUP_FREE char *state = format_text("%s/initstate", link);
	CLEANUP_FREE char *module = root_link_name(link);

	if (root_exists(state) && known->same_kernel)
		return false;
	switch (module_find(known->version,
		module != NULL ? module : module_of_driver(driver), NULL)) {
	case MODULE_BUILT_IN:
		return true;
	case MODULE_FILE:
		return false;
	case MODULE_ABSENT:
	case MODULE_UNKNOWN:
		break;
	}
	return root_exists(link) && !root_exists(state);
}

/* The module of a built-in driver that says it is for such a function; malloc'ed, NULL:
 * none does. */
static char *find_alias(const struct first_drivers *known, const char *modalias)
{
	struct span rest = {known->aliases, known->length}, line;

	while (known->aliases != NULL && span_piece(&rest, '\0', &line)) {
		CLEANUP_FREE char *copy = span_copy(line);
		char *alias = strstr(copy, ".alias=pci:");

		if (alias == NULL || fnmatch(strchr(alias, '=') + 1, modalias, 0) != 0)
			continue;
		*alias = '\0';
		return copy_text(copy);
	}
	return NULL;
}

static char *read_modalias(const struct device *device)
{
	char buffer[24];
	struct text address = text_in(buffer, sizeof(buffer));
	CLEANUP_FREE char *path = NULL;

	pci_address_format(&device->function.address, &address);
	path = format_text("/sys/bus/pci/devices/%s/modalias", buffer);
	return root_read_word(path);
}

/* A driver of the next kernel itself, by what it says to be for. */
static char *find_built_in(
	const struct first_drivers *known, const struct device *device, bool hosts)
{
	CLEANUP_FREE char *modalias = read_modalias(device);
	CLEANUP_FREE char *module = modalias != NULL ? find_alias(known, modalias) : NULL;

	if (module == NULL)
		return NULL;
	return copy_text(hosts ? device->driver : driver_of_module(module));
}

/* A driver that comes from a file was too early only because the early program was not
 * in the image; that may have been mended. */
static char *find_in_record(
	const struct first_drivers *known, const struct record_line *line)
{
	CLEANUP_FREE char *module =
		format_text("/sys/bus/pci/drivers/%s/module/initstate", line->before);

	return copy_text(root_exists(module) && known->same_kernel ? "" : line->before);
}

void first_driver_set(const struct first_drivers *known, struct device *device)
{
	const struct record_line *line =
		known->same_kernel ? record_of(&known->record, &device->function.address)
				   : NULL;
	bool hosts = device->driver[0] != '\0' && !driver_is_vfio(device->driver);
	CLEANUP_FREE char *driver = NULL;

	if (line != NULL)
		driver = find_in_record(known, line);
	else if (hosts && is_built_in(known, device->driver))
		driver = copy_text(device->driver);
	else
		driver = find_built_in(known, device, hosts);
	/* A VFIO driver that was first is what is wanted. */
	if (driver == NULL || driver[0] == '\0' || driver_is_vfio(driver)) {
		device->driver[0] = '\0';
		device->use.kind = USE_NONE;
	} else {
		/* What uses the device under another driver will not be there. */
		if (strcmp(driver, device->driver) != 0)
			device->use.kind = USE_NONE;
		snprintf(device->driver, sizeof(device->driver), "%s", driver);
	}
}
