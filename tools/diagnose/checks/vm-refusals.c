/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: settings that Proxmox refuses to start (qemu-server PVE/QemuServer/PCI.pm,
 * parse_hostpci and parse_hostpci_devices). */
#include <stdlib.h>
#include <string.h>

#include "tools/guests/vm-devices.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"

/* {1} is the key, {2} its value without the property that is refused, {3} the device. */
#define SET_WITHOUT "qm set {id} -{1} '{2}'"
#define REFUSED "Proxmox refuses to start the VM: "
VERDICT nothing_refused = {CHECK_PASS, "Proxmox refuses none of the device settings"};
VERDICT no_setting = {CHECK_SKIP, "the VM gets no device"};
VERDICT second_igd = {CHECK_FAIL, REFUSED "only one of its devices can have legacy-igd",
	"take it from this one", SET_WITHOUT};
VERDICT igd_vga = {CHECK_FAIL, REFUSED "legacy-igd needs vga: none",
	"leave the guest no other display", "qm set {id} -vga none"};
VERDICT igd_rombar = {CHECK_FAIL, REFUSED "legacy-igd does not go with rombar=0",
	"let the guest see the ROM", SET_WITHOUT};
VERDICT igd_x_vga = {CHECK_FAIL, REFUSED "legacy-igd does not go with x-vga",
	"take x-vga away: legacy-igd includes it", SET_WITHOUT};
VERDICT igd_mdev = {CHECK_FAIL, REFUSED "legacy-igd does not go with mdev",
	"take legacy-igd away: a piece of a split card needs none", SET_WITHOUT};
VERDICT igd_q35 = {CHECK_FAIL, REFUSED "legacy-igd does not go with the machine type q35",
	"use the other machine type, which a guest that is installed takes for new "
	"hardware; or take legacy-igd away",
	"qm set {id} -machine pc"};
VERDICT igd_express = {CHECK_FAIL,
	REFUSED "legacy-igd does not go with the machine type q35",
	"take legacy-igd away: pcie=1 needs q35", SET_WITHOUT};
VERDICT igd_functions = {CHECK_FAIL,
	REFUSED "legacy-igd takes one function, and {1} names several",
	"name the function 0000:00:02.0 alone"};
VERDICT igd_place = {CHECK_FAIL,
	REFUSED "legacy-igd is for the graphics at 00:02.0, and {1} names {3}",
	"take legacy-igd away", SET_WITHOUT};
VERDICT mdev_functions = {CHECK_FAIL,
	REFUSED "mdev= takes one function, and {1} names several",
	"name the function that is split"};

/* One hostpci line, and what it names. */
struct setting {
	const struct vm *vm;
	const struct vm_hostpci *entry;
	const struct vm_hostpci *igd; /* the first line with legacy-igd; NULL */
	const struct vm_device *first;
	size_t functions; /* of the first place */
};

static bool is_second_igd(const struct setting *setting)
{
	return setting->igd != setting->entry;
}

static bool has_other_vga(const struct setting *setting)
{
	return !span_is(setting->vm->vga, "none");
}

static bool has_no_rombar(const struct setting *setting)
{
	return !setting->entry->rombar;
}

static bool has_x_vga(const struct setting *setting)
{
	return setting->entry->x_vga;
}

static bool has_mdev(const struct setting *setting)
{
	return setting->entry->mdev.length > 0;
}

static bool is_q35(const struct setting *setting)
{
	return setting->vm->q35 && !setting->entry->pcie;
}

static bool is_q35_by_express(const struct setting *setting)
{
	return setting->vm->q35 && setting->entry->pcie;
}

static bool has_several(const struct setting *setting)
{
	return setting->functions > 1;
}

static bool is_elsewhere(const struct setting *setting)
{
	return setting->first->address.device != 2 ||
	       setting->first->address.function != 0;
}

/* In Proxmox' own order. */
static const struct refusal {
	bool (*is_met)(const struct setting *setting);
	const struct verdict *verdict;
	const char *property; /* that the remedy takes away; NULL */
} igd_refusals[] = {
	{is_second_igd, &second_igd, "legacy-igd"},
	{has_other_vga, &igd_vga, NULL},
	{has_no_rombar, &igd_rombar, "rombar"},
	{has_x_vga, &igd_x_vga, "x-vga"},
	{has_mdev, &igd_mdev, "legacy-igd"},
	{is_q35, &igd_q35, NULL},
	{is_q35_by_express, &igd_express, "legacy-igd"},
	{has_several, &igd_functions, NULL},
	{is_elsewhere, &igd_place, "legacy-igd"},
};

static void refuse_setting(const struct setting *setting, const struct vm_guest *guest,
	const struct verdict *verdict, const char *property, struct findings *findings)
{
	const struct pve_line *from = setting->entry->from;
	CLEANUP_FREE char *line = line_path(guest->path, from->line);
	CLEANUP_FREE char *text = pve_line_text(from);
	CLEANUP_FREE char *key = span_copy(from->key);
	CLEANUP_FREE char *value = hostpci_without(setting->entry, property);
	CLEANUP_FREE char *id = span_copy(setting->first->id);

	verdict_row(findings, verdict, key, value, id, NULL);
	finding_evidence(findings, line, "%s", text);
}

/* How many functions of this machine the first place of a line has. */
static size_t count_functions(const struct context *context,
	const struct setting *setting, const struct vm_device *given, size_t count)
{
	size_t functions = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < context->devices.count; j++)
			functions +=
				given[i].from == setting->entry &&
				given[i].map == setting->first->map &&
				vm_device_is(&given[i], &context->devices.device[j]
								 .facts.function.address);
	return functions;
}

static void judge_setting(const struct setting *setting, const struct vm_guest *guest,
	struct findings *findings)
{
	for (size_t i = 0; setting->entry->legacy_igd && i < ARRAY_SIZE(igd_refusals);
		i++)
		if (igd_refusals[i].is_met(setting))
			refuse_setting(setting, guest, igd_refusals[i].verdict,
				igd_refusals[i].property, findings);
	if (has_mdev(setting) && has_several(setting))
		refuse_setting(setting, guest, &mdev_functions, NULL, findings);
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	struct setting setting = {.vm = &guest->vm};
	size_t count, before = findings_count(findings);
	CLEANUP_FREE struct vm_device *given = vm_devices(context->guests, guest, &count);

	for (size_t i = 0; i < count; i++) {
		if (given[i].from == setting.entry)
			continue;
		setting.entry = given[i].from;
		setting.first = &given[i];
		setting.functions = count_functions(context, &setting, given, count);
		if (setting.igd == NULL && setting.entry->legacy_igd)
			setting.igd = setting.entry;
		judge_setting(&setting, guest, findings);
	}
	if (findings_count(findings) == before)
		verdict_row(findings, count > 0 ? &nothing_refused : &no_setting, NULL);
}

const struct check vm_refusal_checks[] = {
	{.id = "VM-REFUSED",
		.about = "whether Proxmox refuses its device settings",
		.run_vm = check_vm},
	{0},
};
