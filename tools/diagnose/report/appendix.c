/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include <libkmod.h>

#include "cmdline/text.h"
#include "tools/text/string.h"
#include "tools/text/json.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/privacy/filter.h"
#include "tools/diagnose/wishes-of-guests.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/report/appendix.h"

static void add_conf(FILE *to, const struct context *context, const char *text)
{
	if (context->request.raw)
		fputs(text, to);
	else
		guest_conf_print(to, text);
}

static json_t *section(char *text, json_t *checks, const char *heading, const char *what)
{
	CLEANUP_FREE char *whole = what == NULL ? copy_text(heading)
						: format_text("%s (`%s`)", heading, what);
	json_t *object = json_pack("{so so so}", "heading", json_text(whole), "checks",
		checks, "text", json_text(text));

	free(text);
	return object;
}

static json_t *guest_section(const struct context *context)
{
	const struct container_guest *container = NULL;
	const struct vm_guest *vm = NULL;
	const struct domain_guest *domain = NULL;
	const char *heading = "1. Final container configuration", *path = NULL;
	size_t size;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	if (context->guests != NULL) {
		container = guests_next_container(context, NULL);
		vm = guests_next_vm(context, NULL);
		domain = guests_next_domain(context, NULL);
	}
	if (context->request.machine >= 0 || context->request.domain != NULL ||
		(container == NULL && (vm != NULL || domain != NULL)))
		heading = "1. Final VM configuration";
	for (; container != NULL; container = guests_next_container(context, container)) {
		path = path == NULL ? container->path : path;
		fprintf(to, "==> %s\n", container->path);
		add_conf(to, context, container->text);
	}
	for (; vm != NULL; vm = guests_next_vm(context, vm)) {
		path = path == NULL ? vm->path : path;
		fprintf(to, "==> %s\n", vm->path);
		add_conf(to, context, vm->text);
	}
	for (; domain != NULL; domain = guests_next_domain(context, domain)) {
		CLEANUP_FREE char *xml = NULL;

		path = path == NULL ? domain->path : path;
		fprintf(to, "==> %s\n", domain->path);
		if (context->request.raw && root_read(domain->path, &xml, NULL) == 0)
			fputs(xml, to);
		else
			fputs("<omitted>\n", to);
	}
	fclose(to);
	return section(text, json_pack("[sss]", "CT-*", "VM-*", "MODE-*"), heading, path);
}

/* dmesg | grep: the records that hold one of the words, in either case or as written. */
static char *log_with(const struct context *context, const char *const *words, bool exact)
{
	size_t size;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	for (size_t i = 0; i < context->log->count; i++) {
		const struct log_record *record = &context->log->record[i];

		for (size_t j = 0; words[j] != NULL; j++)
			if (exact ? strstr(record->text, words[j]) != NULL
				  : strcasestr(record->text, words[j]) != NULL) {
				fprintf(to, "[%5llu.%06llu] %s\n", record->time / 1000000,
					record->time % 1000000, record->text);
				break;
			}
	}
	if (!context->log->complete)
		fprintf(to, "(incomplete: %s)\n", context->log->reason);
	fclose(to);
	return text;
}

static json_t *log_section(const struct context *context)
{
	static const char *const words[] = {"vfio", "iommu", "nvidia", "dmar", NULL};

	return section(log_with(context, words, false), json_pack("[s]", "LOG-*"),
		"2. Host kernel log for vfio, iommu, nvidia, dmar", NULL);
}

/* lsmod's lines, and the modules that it does not see because they are built in. */
static json_t *module_section(void)
{
	static const char *const names[] = {"vfio_pci", "vfio_iommu_type1", "vfio"};
	CLEANUP_FREE char *modules = NULL;
	size_t size;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	if (root_read("/proc/modules", &modules, NULL) < 0)
		modules = copy_text("");
	for (const char *line = modules; *line != '\0';) {
		size_t length = strcspn(line, "\n");

		if (text_begins(line, "vfio"))
			fprintf(to, "%.*s\n", (int)length, line);
		line += length;
		line += *line == '\n';
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP_FREE char *path = format_text("/sys/module/%s", names[i]);
		CLEANUP_FREE char *loaded = format_text("%s ", names[i]);
		CLEANUP_FREE char *later = format_text("\n%s ", names[i]);
		bool listed =
			text_begins(modules, loaded) || strstr(modules, later) != NULL;

		if (!listed)
			fprintf(to, "%s: %s\n", names[i],
				root_exists(path) ? "built in" : "not loaded");
	}
	fclose(to);
	return section(text, json_pack("[s]", "DRV-VFIO"),
		"3. Kernel modules vfio_pci, vfio_iommu_type1, vfio", NULL);
}

static json_t *iommu_section(const struct context *context)
{
	static const char *const words[] = {"DMAR", "IOMMU", NULL};

	return section(log_with(context, words, true), json_pack("[s]", "IOMMU-*"),
		"4. IOMMU status", NULL);
}

/* The modules that say they know this device. */
static void add_modules(FILE *to, struct kmod_ctx *kmod, const struct pci_device *device)
{
	CLEANUP_FREE char *alias = attribute_read(device, "modalias");
	struct kmod_list *list = NULL, *item;
	const char *between = "\tKernel modules: ";

	if (kmod == NULL || alias == NULL ||
		kmod_module_new_from_lookup(kmod, alias, &list) < 0)
		return;
	kmod_list_foreach (item, list) {
		struct kmod_module *module = kmod_module_get_module(item);

		fprintf(to, "%s%s", between, kmod_module_get_name(module));
		between = ", ";
		kmod_module_unref(module);
	}
	if (list != NULL)
		fputc('\n', to);
	kmod_module_unref_list(list);
}

static json_t *device_section(const struct context *context)
{
	static const char *const no_config = NULL;
	CLEANUP_FREE char *release = root_read_word("/proc/sys/kernel/osrelease");
	CLEANUP_FREE char *path =
		format_text("/lib/modules/%s", release != NULL ? release : "");
	CLEANUP_FREE char *directory = root_path(path);
	struct kmod_ctx *kmod = kmod_new(directory, &no_config);
	size_t size;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	for (size_t i = 0; i < context->devices.count; i++) {
		const struct pci_device *device = &context->devices.device[i];

		fprintf(to, "%s %s [%04x]: %s [%s]\n", device->address,
			device->class_name, device->facts.class >> 8, device->name,
			device->id);
		if (device->subsystem[0] != '\0')
			fprintf(to, "\tSubsystem: [%s]\n", device->subsystem);
		if (device->facts.group >= 0)
			fprintf(to, "\tIOMMU group: %d\n", device->facts.group);
		if (device->facts.driver[0] != '\0')
			fprintf(to, "\tKernel driver in use: %s\n", device->facts.driver);
		add_modules(to, kmod, device);
	}
	kmod_unref(kmod);
	fclose(to);
	return section(text, json_pack("[sss]", "DRV-*", "DEV-*", "GROUP-*"),
		"5. Driver binding of every PCI device", NULL);
}

json_t *sections_describe(const struct context *context)
{
	return json_pack("[ooooo]", guest_section(context), log_section(context),
		module_section(), iommu_section(context), device_section(context));
}
