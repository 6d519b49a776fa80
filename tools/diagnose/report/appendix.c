/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/json.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/diagnose/wishes-of-guests.h"
#include "tools/diagnose/log/kernel-log.h"
#include "tools/diagnose/privacy/daemon-filter.h"
#include "tools/diagnose/privacy/filter.h"
#include "tools/diagnose/report/appendix.h"
#include "tools/diagnose/report/dmesg.h"
#include "tools/diagnose/report/lsmod.h"
#include "tools/diagnose/report/lspci.h"

static json_t *section(const char *heading, json_t *checks)
{
	return json_pack("{ss so s[] s[]}", "heading", heading, "checks", checks, "notes",
		"outputs");
}

/* Lets go of the text. */
static void add_output(
	json_t *section, const struct context *context, const char *command, char *text)
{
	json_array_append_new(json_object_get(section, "outputs"),
		json_pack("{so so}", "command", json_text(command), "text",
			context->request.raw ? json_bytes(text) : json_text(text)));
	free(text);
}

static void add_note(json_t *section, json_t *sentence)
{
	json_array_append_new(json_object_get(section, "notes"), sentence);
}

/* cat FILE. */
static void add_file(json_t *section, const struct context *context, const char *path,
	void (*print)(FILE *to, const char *text))
{
	CLEANUP_FREE char *command = format_text("cat %s", path);
	CLEANUP_FREE char *text = NULL;
	char *shown = NULL;
	size_t size;
	FILE *to;

	if (root_read(path, &text, NULL) < 0)
		text = copy_text("");
	to = open_memstream(&shown, &size);
	if (context->request.raw)
		fputs(text, to);
	else
		print(to, text);
	fclose(to);
	add_output(section, context, command, shown);
}

static void add_guests(json_t *section, const struct context *context)
{
	const struct container_guest *container = NULL;
	const struct vm_guest *vm = NULL;
	const struct domain_guest *domain = NULL;

	if (context->guests == NULL)
		return;
	while ((container = guests_next_container(context, container)) != NULL)
		add_file(section, context, container->path,
			text_ends(container->path, ".yaml") ? daemon_conf_print
							    : guest_conf_print);
	while ((vm = guests_next_vm(context, vm)) != NULL)
		add_file(section, context, vm->path, guest_conf_print);
	while ((domain = guests_next_domain(context, domain)) != NULL)
		add_file(section, context, domain->path, domain_print);
}

/* "1. Final VM Configuration (`/etc/pve/qemu-server/100.conf`)": the file where it is
 * one, and where Proxmox would have it if it is none. */
static json_t *guest_heading(const struct context *context, const json_t *outputs)
{
	const struct request *request = &context->request;
	const char *command = json_text_at(json_array_get(outputs, 0), "command");
	const char *path = json_array_size(outputs) == 1 ? command + strlen("cat ") : "";
	bool vm = request->machine >= 0 || request->domain != NULL ||
		  (request->container == NULL && context->guests != NULL &&
			  guests_next_container(context, NULL) == NULL &&
			  json_array_size(outputs) > 0);
	const char *kind = vm ? "VM" : "Container";

	if (path[0] != '\0')
		return json_sprintf("1. Final %s Configuration (`%s`)", kind, path);
	if (request->container != NULL)
		return json_sprintf("1. Final %s Configuration (`/etc/pve/lxc/%s.conf`)",
			kind, request->container);
	if (request->machine >= 0)
		return json_sprintf(
			"1. Final %s Configuration (`/etc/pve/qemu-server/%ld.conf`)",
			kind, request->machine);
	return json_sprintf("1. Final %s Configuration", kind);
}

static json_t *guest_section(const struct context *context)
{
	json_t *guests = section("", json_pack("[sss]", "CT-*", "VM-*", "MODE-*"));

	add_guests(guests, context);
	json_object_set_new(guests, "heading",
		guest_heading(context, json_object_get(guests, "outputs")));
	return guests;
}

static void note_log(json_t *section, const struct context *context)
{
	if (!context->log->complete)
		add_note(section,
			json_sprintf("The log is incomplete: %s.", context->log->reason));
}

static json_t *log_section(const struct context *context)
{
	static const char *const words[] = {"vfio", "iommu", "nvidia", "dmar", NULL};
	json_t *log = section("2. Host dmesg Logs", json_pack("[s]", "LOG-*"));

	note_log(log, context);
	add_output(log, context, "dmesg | grep -i -e vfio -e iommu -e nvidia -e dmar",
		dmesg_grep(context->log, words, true));
	return log;
}

/* lsmod does not see what is built in. */
static void note_module(json_t *section, const char *name)
{
	CLEANUP_FREE char *path = format_text("/sys/module/%s", name);

	if (!root_exists(path))
		add_note(section, json_sprintf("%s is not loaded.", name));
	else if (!lsmod_has(name))
		add_note(section, json_sprintf("%s is built into the kernel.", name));
}

static json_t *module_section(const struct context *context)
{
	static const char *const names[] = {"vfio_pci", "vfio_iommu_type1", "vfio"};
	json_t *modules = section(
		"3. Kernel Modules (`lsmod | grep vfio`)", json_pack("[s]", "DRV-VFIO"));

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		note_module(modules, names[i]);
	add_output(modules, context, "lsmod | grep vfio", lsmod_grep("vfio"));
	return modules;
}

static json_t *iommu_section(const struct context *context)
{
	static const char *const words[] = {"DMAR", "IOMMU", NULL};
	json_t *iommu = section("4. IOMMU Status (`dmesg | grep -e DMAR -e IOMMU`)",
		json_pack("[s]", "IOMMU-*"));

	note_log(iommu, context);
	add_output(iommu, context, "dmesg | grep -e DMAR -e IOMMU",
		dmesg_grep(context->log, words, false));
	return iommu;
}

static json_t *device_section(const struct context *context)
{
	json_t *devices = section("5. Host GPU Driver Binding (`lspci -k`)",
		json_pack("[sss]", "DRV-*", "DEV-*", "GROUP-*"));

	add_output(devices, context, "lspci -k", lspci_drivers(&context->devices));
	return devices;
}

json_t *sections_describe(const struct context *context)
{
	return json_pack("[ooooo]", guest_section(context), log_section(context),
		module_section(context), iommu_section(context), device_section(context));
}
