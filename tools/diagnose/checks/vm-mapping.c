/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: resource mappings that no longer fit the hardware. */
#include <stdlib.h>
#include <string.h>

#include "tools/guests/vm-devices.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* Behind this remedy come the commands that write the mappings. */
#define WRITE_ANEW \
	"write the mapping anew as the hardware is now, once you have seen that it is the " \
	"device you mean"
VERDICT none_used = {CHECK_SKIP, "the VM uses no resource mapping"};
VERDICT fits = {CHECK_PASS, "the resource mappings fit the hardware"};
VERDICT wrong_line = {CHECK_WARN, "mappings, line {1}: {2}", WRITE_ANEW};
VERDICT not_here = {
	CHECK_FAIL, "the mapping {1} names no device of this node", WRITE_ANEW};
VERDICT unknown_name = {CHECK_FAIL, "there is no mapping {1}", WRITE_ANEW};
VERDICT drifted = {CHECK_FAIL,
	"the mapping {1} has {2} {3}, but {4} has {5} now: Proxmox refuses to start the VM",
	WRITE_ANEW};

struct mappings {
	const struct context *context;
	struct findings *findings;
	struct verdict_notes notes;
};

/* Old and new of one property; PVE refuses to start the VM if they differ. */
static void compare(struct mappings *mappings, const struct vm_device *device,
	const char *property, struct span old, const char *now)
{
	CLEANUP_FREE char *line = line_path(MAPPING_PATH, device->map->line);
	CLEANUP_FREE char *name = span_copy(device->map->name);
	CLEANUP_FREE char *id = span_copy(device->id);
	CLEANUP_FREE char *was = span_copy(old);
	CLEANUP_FREE char *value = format_text("%s=%s, now %s", property, was, now);

	if (!span_is_nocase(old, now))
		verdict_note(mappings->findings, &mappings->notes, &drifted, line, value,
			name, property, was[0] != '\0' ? was : "none", id,
			now[0] != '\0' ? now : "none", NULL);
}

static void note_drift(
	struct mappings *mappings, const struct vm_device *device, bool first)
{
	const struct pci_device *found =
		devices_find(&mappings->context->devices, &device->address);
	CLEANUP_FREE char *old_group = NULL;
	CLEANUP_FREE char *group = NULL;

	if (found == NULL)
		return; /* VM-ADDR has something to say */
	group = found->facts.group >= 0 ? format_text("%d", found->facts.group)
					: copy_text("");
	old_group = device->map->group >= 0
			    ? format_text("%lld", (long long)device->map->group)
			    : copy_text("");
	compare(mappings, device, "id", device->map->id, found->id);
	if (found->subsystem[0] != '\0')
		compare(mappings, device, "subsystem-id", device->map->subsystem,
			found->subsystem);
	/* of several paths PVE looks at the first one's group only */
	if (first)
		compare(mappings, device, "iommugroup", span_of(old_group), group);
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

/* Whether the mapping names a device of this machine. */
static bool is_here(const struct guests *guests, struct span name)
{
	for (size_t i = 0; i < guests->mapping.entry_count; i++)
		if (span_same(guests->mapping.entry[i].name, name) &&
			span_is(guests->mapping.entry[i].node, guests->node))
			return true;
	return false;
}

/* Names that lead nowhere on this machine. Returns how many mappings the VM uses. */
static size_t note_names(struct mappings *mappings, const struct vm_guest *guest)
{
	const struct guests *guests = mappings->context->guests;
	size_t used = 0;

	for (size_t i = 0; i < guest->vm.hostpci_count; i++) {
		const struct vm_hostpci *entry = &guest->vm.hostpci[i];
		CLEANUP_FREE char *line = line_path(guest->path, entry->from->line);
		CLEANUP_FREE char *name = span_copy(entry->mapping);

		if (entry->refused || entry->mapping.length == 0 ||
			!vm_in_main(&guest->vm, entry->from))
			continue;
		used++;
		if (!is_here(guests, entry->mapping))
			verdict_note(mappings->findings, &mappings->notes,
				mapping_has(&guests->mapping, entry->mapping)
					? &not_here
					: &unknown_name,
				line, "mapping not found", name, NULL);
	}
	return used;
}

static void note_problems(struct mappings *mappings, const struct mapping *mapping)
{
	for (size_t i = 0; i < mapping->problem_count; i++) {
		const struct pve_problem *problem = &mapping->problem[i];
		CLEANUP_FREE char *line = line_path(MAPPING_PATH, problem->line);
		CLEANUP_FREE char *text = span_copy(problem->text);
		CLEANUP_FREE char *number = format_text("%u", problem->line);

		verdict_note(mappings->findings, &mappings->notes, &wrong_line, line,
			text, number, problem->what, NULL);
	}
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	const struct mapping *mapping = &context->guests->mapping;
	struct mappings mappings = {.context = context, .findings = findings};
	CLEANUP_FREE char *names = format_text("%zu mappings", mapping->name_count);
	CLEANUP_FREE struct vm_device *device = NULL;
	size_t count;
	bool well;

	if (note_names(&mappings, guest) == 0) {
		verdict_row(findings, &none_used, NULL);
		return;
	}
	note_problems(&mappings, mapping);
	device = vm_devices(context->guests, guest, &count);
	for (size_t i = 0; i < count; i++)
		if (device[i].map != NULL)
			note_drift(&mappings, &device[i],
				i == 0 || device[i - 1].map != device[i].map);
	verdict_note(findings, &mappings.notes, NULL, MAPPING_PATH, names, NULL);
	well = mappings.notes.worst == NULL;
	verdict_conclude(findings, &mappings.notes, &fits);
	for (size_t i = 0; i < count && !well; i++)
		if (device[i].map != NULL)
			command_map(findings, context, &device[i]);
}

const struct check vm_mapping_checks[] = {
	{.id = "VM-MAPPING",
		.about = "whether its resource mappings fit the hardware",
		.run_vm = check_vm},
	{0},
};
