/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: resource mappings that no longer fit the hardware. */
#include <stdlib.h>
#include <string.h>

#include "tools/diagnose/vm-checks.h"

/* Old and new of one property; PVE refuses to start the VM if they differ. */
static void compare(struct gathered *gathered, const struct vm_device *device,
	const char *property, struct span old, const char *now)
{
	CLEANUP_FREE char *line = line_path(MAPPING_PATH, device->map->line);
	CLEANUP_FREE char *value = NULL;
	struct span was = old.length > 0 ? old : span_of("none");

	if (span_is_nocase(old, now))
		return;
	value = format_text("%s=%.*s, now %s", property, SPAN(old), now);
	gather(gathered, CHECK_FAIL, line, value,
		"the mapping %.*s has %s %.*s, but %.*s has %s now: Proxmox refuses to "
		"start the VM",
		SPAN(device->map->name), property, SPAN(was), SPAN(device->id),
		now[0] != '\0' ? now : "none");
}

static void gather_drift(struct gathered *gathered, const struct context *context,
	const struct vm_device *device, bool first)
{
	const struct pci_device *found =
		devices_find(&context->devices, &device->address);
	CLEANUP_FREE char *old_group = NULL;
	CLEANUP_FREE char *group = NULL;

	if (found == NULL)
		return; /* VM-ADDR has something to say */
	group = found->facts.group >= 0 ? format_text("%d", found->facts.group)
					: copy_text("");
	old_group = device->map->group >= 0
			    ? format_text("%lld", (long long)device->map->group)
			    : copy_text("");
	compare(gathered, device, "id", device->map->id, found->id);
	if (found->subsystem[0] != '\0')
		compare(gathered, device, "subsystem-id", device->map->subsystem,
			found->subsystem);
	/* of several paths PVE looks at the first one's group only */
	if (first)
		compare(gathered, device, "iommugroup", span_of(old_group), group);
}

/* The command that writes the mapping as the hardware is. */
static void command_map(struct findings *findings, const struct context *context,
	const struct vm_device *device)
{
	const struct pci_device *found =
		devices_find(&context->devices, &device->address);
	CLEANUP_FREE char *group = NULL;
	CLEANUP_FREE char *subsystem = NULL;

	if (found == NULL)
		return;
	group = found->facts.group >= 0
			? format_text(",iommugroup=%d", found->facts.group)
			: copy_text("");
	subsystem = found->subsystem[0] != '\0'
			    ? format_text(",subsystem-id=%s", found->subsystem)
			    : copy_text("");
	finding_command(findings,
		"pvesh set /cluster/mapping/pci/%.*s --map "
		"'node=%s,path=%.*s,id=%s%s%s'",
		SPAN(device->map->name), context->guests->node, SPAN(device->map->path),
		found->id, subsystem, group);
}

/* Names that lead nowhere on this machine. Returns how many mappings the VM uses. */
static size_t gather_names(struct gathered *gathered, const struct context *context,
	const struct vm_guest *guest)
{
	const struct guests *guests = context->guests;
	size_t used = 0;

	for (size_t i = 0; i < guest->vm.hostpci_count; i++) {
		const struct vm_hostpci *entry = &guest->vm.hostpci[i];
		CLEANUP_FREE char *line = line_path(guest->path, entry->from->line);
		bool here = false;

		if (entry->refused || entry->mapping.length == 0 ||
			!vm_in_main(&guest->vm, entry->from))
			continue;
		used++;
		for (size_t j = 0; j < guests->mapping.entry_count; j++)
			here |= span_same(
					guests->mapping.entry[j].name, entry->mapping) &&
				span_is(guests->mapping.entry[j].node, guests->node);
		if (here)
			continue;
		gather(gathered, CHECK_FAIL, line, "mapping not found",
			mapping_has(&guests->mapping, entry->mapping)
				? "the mapping %.*s names no device of this node"
				: "there is no mapping %.*s",
			SPAN(entry->mapping));
	}
	return used;
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	const struct guests *guests = context->guests;
	struct gathered gathered = {0};
	enum check_status status;
	size_t count, used = gather_names(&gathered, context, guest);
	struct vm_device *devices;

	if (used == 0) {
		skip_guest(findings, guest->name, "the VM uses no resource mapping");
		return;
	}
	for (size_t i = 0; i < guests->mapping.problem_count; i++) {
		const struct pve_problem *problem = &guests->mapping.problem[i];
		CLEANUP_FREE char *line = line_path(MAPPING_PATH, problem->line);
		CLEANUP_FREE char *text = span_copy(problem->text);

		gather(&gathered, CHECK_WARN, line, text, "mappings, line %u: %s",
			problem->line, problem->what);
	}
	devices = vm_devices(guests, guest, &count);
	for (size_t i = 0; i < count; i++)
		if (devices[i].map != NULL)
			gather_drift(&gathered, context, &devices[i],
				i == 0 || devices[i - 1].map != devices[i].map);
	status = gathered.status;
	gather_evidence(
		&gathered, MAPPING_PATH, "%zu mappings", guests->mapping.name_count);
	gathered_say(&gathered, findings, guest->name,
		"the resource mappings fit the hardware");
	if (status != CHECK_PASS) {
		finding_remedy(findings,
			"write the mapping anew as the hardware is now, once you have "
			"seen that it is the device you mean");
		for (size_t i = 0; i < count; i++)
			if (devices[i].map != NULL)
				command_map(findings, context, &devices[i]);
	}
	free(devices);
}

void check_mapping(const struct context *context, struct findings *findings)
{
	each_vm(context, findings, check_vm, NULL);
}
