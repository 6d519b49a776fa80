/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include <libkmod.h>
#include <pci/pci.h>

#include "tools/system/root.h"
#include "tools/text/string.h"
#include "tools/diagnose/report/lspci.h"

/* lspci's own buffer. */
enum { NAME_LENGTH = 256 };

/* The modules of the running kernel below --root; NULL: it has none here. */
static struct kmod_ctx *open_modules(void)
{
	CLEANUP_FREE char *release = root_read_word("/proc/sys/kernel/osrelease");
	CLEANUP_FREE char *path =
		format_text("/lib/modules/%s", release != NULL ? release : "");
	CLEANUP_FREE char *directory = root_path(path);
	CLEANUP_FREE char *aliases = root_path("/etc/modprobe.d");
	const char *const places[] = {aliases, NULL};
	bool here = root_directory[0] == '\0';
	struct kmod_ctx *modules =
		kmod_new(here ? NULL : directory, here ? NULL : places);

	if (modules != NULL && kmod_load_resources(modules) < 0)
		modules = kmod_unref(modules);
	return modules;
}

static struct pci_dev *libpci_device(
	const struct devices *devices, const struct pci_address *address)
{
	struct pci_dev *dev = devices->access->devices;

	while (dev != NULL &&
		((uint32_t)dev->domain != address->domain || dev->bus != address->bus ||
			dev->dev != address->device || dev->func != address->function))
		dev = dev->next;
	return dev;
}

static void print_device(
	FILE *to, struct pci_access *access, struct pci_dev *dev, bool domains)
{
	char class[NAME_LENGTH], name[NAME_LENGTH];

	if (domains)
		fprintf(to, "%04x:", (unsigned int)dev->domain);
	fprintf(to, "%02x:%02x.%d %s: %s", dev->bus, dev->dev, dev->func,
		pci_lookup_name(access, class, sizeof(class), PCI_LOOKUP_CLASS,
			dev->device_class),
		pci_lookup_name(access, name, sizeof(name),
			PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE, dev->vendor_id,
			dev->device_id));
	if ((dev->known_fields & PCI_FILL_CLASS_EXT) != 0 && dev->rev_id != 0)
		fprintf(to, " (rev %02x)", dev->rev_id);
	fputc('\n', to);
	pci_fill_info(dev, PCI_FILL_LABEL);
	/* its own newline is in it */
	if (dev->label != NULL)
		fprintf(to, "\tDeviceName: %s", dev->label);
	if ((dev->known_fields & PCI_FILL_SUBSYS) != 0 && dev->subsys_vendor_id != 0 &&
		dev->subsys_vendor_id != 0xffff)
		fprintf(to, "\tSubsystem: %s\n",
			pci_lookup_name(access, name, sizeof(name),
				PCI_LOOKUP_SUBSYSTEM | PCI_LOOKUP_VENDOR |
					PCI_LOOKUP_DEVICE,
				dev->vendor_id, dev->device_id, dev->subsys_vendor_id,
				dev->subsys_id));
}

/* The modules that say they know this device, without the same one twice in a row. */
static void print_modules(FILE *to, struct kmod_ctx *modules, struct pci_dev *dev)
{
	struct kmod_list *list = NULL, *item;
	const char *between = "\tKernel modules: ";
	CLEANUP_FREE char *last = copy_text("");

	pci_fill_info(dev, PCI_FILL_MODULE_ALIAS);
	if (modules == NULL || dev->module_alias == NULL ||
		kmod_module_new_from_lookup(modules, dev->module_alias, &list) < 0)
		return;
	kmod_list_foreach (item, list) {
		struct kmod_module *module = kmod_module_get_module(item);
		const char *name = kmod_module_get_name(module);

		if (strcmp(name, last) != 0) {
			fprintf(to, "%s%s", between, name);
			between = ", ";
			free_pointer(&last);
			last = copy_text(name);
		}
		kmod_module_unref(module);
	}
	if (list != NULL)
		fputc('\n', to);
	kmod_module_unref_list(list);
}

char *lspci_drivers(const struct devices *devices)
{
	struct kmod_ctx *modules = open_modules();
	bool domains = false;
	size_t size;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	/* one of them in another domain, and all have theirs in front */
	for (size_t i = 0; i < devices->count; i++)
		domains =
			domains || devices->device[i].facts.function.address.domain != 0;
	for (size_t i = 0; i < devices->count; i++) {
		const struct pci_device *device = &devices->device[i];
		struct pci_dev *dev =
			libpci_device(devices, &device->facts.function.address);

		if (dev == NULL)
			continue;
		print_device(to, devices->access, dev, domains);
		if (device->facts.driver[0] != '\0')
			fprintf(to, "\tKernel driver in use: %s\n", device->facts.driver);
		print_modules(to, modules, dev);
	}
	if (modules != NULL)
		kmod_unref(modules);
	fclose(to);
	return text;
}
