/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: what the virtual machine is made of. */
#include <stdlib.h>
#include <string.h>

#include "tools/guests/vm-devices.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* Whether the address is a graphics card's. */
static bool is_graphics(const struct context *context, const struct pci_address *address)
{
	const struct pci_device *device = devices_find(&context->devices, address);

	return device != NULL && pci_device_is_graphics(device);
}

VERDICT no_device = {CHECK_SKIP, "the VM gets no device"};
VERDICT fits = {CHECK_PASS, "the machine type fits the devices"};
VERDICT no_express = {CHECK_FAIL,
	"the VM asks for PCI Express, which only the machine type q35 has",
	"change the machine type; the guest sees new hardware then",
	"qm set {id} -machine q35"};
VERDICT no_express_for_igd = {CHECK_FAIL,
	"the VM asks for PCI Express, which only the machine type q35 has, and for "
	"legacy-igd, which only the other has",
	"take pcie away", "qm set {id} -{1} '{3}'"};
VERDICT plain = {CHECK_INFO,
	"the VM gets its card as a plain PCI device, which some drivers dislike",
	"nothing needs to be done if the guest is well", "qm set {id} -{1} {2},pcie=1"};
VERDICT plain_machine = {CHECK_INFO,
	"the machine type is without PCI Express, which some drivers dislike",
	"nothing needs to be done if the guest is well; a new one is better made "
	"with q35"};

static const struct verdict *judge_machine(const struct context *context,
	const struct vm_guest *guest, const struct vm_device *device)
{
	if (device->from->pcie && !guest->vm.q35)
		return device->from->legacy_igd ? &no_express_for_igd : &no_express;
	/* args: says itself where the guest has it */
	if (device->from->number >= 0 && !device->from->pcie && guest->vm.q35 &&
		is_graphics(context, &device->address))
		return &plain;
	return NULL;
}

static void check_vm_machine(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	struct verdict_notes notes = {0};
	size_t count;
	CLEANUP_FREE struct vm_device *devices =
		vm_devices(context->guests, guest, &count);

	if (count == 0)
		verdict_row(findings, &no_device, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct pve_line *from = devices[i].from->from;
		CLEANUP_FREE char *line = line_path(guest->path, from->line);
		CLEANUP_FREE char *text = pve_line_text(from);
		CLEANUP_FREE char *key = span_copy(from->key);
		CLEANUP_FREE char *value = span_copy(from->value);
		CLEANUP_FREE char *without = hostpci_without(devices[i].from, "pcie");

		verdict_note(findings, &notes, judge_machine(context, guest, &devices[i]),
			line, text, key, value, without, NULL);
	}
	if (count > 0)
		verdict_conclude(findings, &notes, &fits);
}

static void check_domain_machine(const struct context *context,
	const struct domain_guest *guest, struct findings *findings)
{
	const bool q35 = guest->domain.q35;

	(void)context;
	if (guest->domain.hostdev_count == 0) {
		verdict_row(findings, &no_device, NULL);
		return;
	}
	verdict_row(findings, q35 ? &fits : &plain_machine, NULL);
	finding_evidence(findings, guest->path, q35 ? "q35" : "another than q35");
}

#define SEABIOS \
	"the VM boots with SeaBIOS: today's cards bring a UEFI image, and often show " \
	"nothing before their driver runs", \
		"use UEFI for a new guest; one that is installed with SeaBIOS does not " \
		"boot with it, so leave it if its display works"
VERDICT no_card = {CHECK_SKIP, "the VM gets no graphics card"};
VERDICT uefi = {CHECK_PASS, "the VM has a UEFI firmware"};
VERDICT uefi_forgets = {CHECK_WARN,
	"the VM has a UEFI firmware, but no disk to keep its settings", "add one",
	"qm set {id} -efidisk0 local-lvm:1,efitype=4m,pre-enrolled-keys=1"};
VERDICT seabios = {CHECK_WARN, SEABIOS, "qm set {id} -bios ovmf"};
VERDICT seabios_domain = {CHECK_WARN, SEABIOS};

static void say_firmware(struct findings *findings, const struct verdict *verdict,
	const char *path, bool ovmf)
{
	verdict_row(findings, verdict, NULL);
	if (verdict != &no_card)
		finding_evidence(
			findings, path, ovmf ? "UEFI firmware" : "no UEFI firmware");
}

static void check_vm_firmware(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	const struct vm *vm = &guest->vm;
	size_t count, cards = 0;
	CLEANUP_FREE struct vm_device *devices =
		vm_devices(context->guests, guest, &count);

	/* a piece of a split card has no firmware of its own, legacy-igd is for SeaBIOS,
	 * and args: says itself what the card shows */
	for (size_t i = 0; i < count; i++)
		cards += !devices[i].is_split && !devices[i].from->legacy_igd &&
			 devices[i].from->number >= 0 &&
			 is_graphics(context, &devices[i].address);
	say_firmware(findings,
		cards == 0     ? &no_card
		: !vm->ovmf    ? &seabios
		: !vm->efidisk ? &uefi_forgets
			       : &uefi,
		guest->path, vm->ovmf);
}

static void check_domain_firmware(const struct context *context,
	const struct domain_guest *guest, struct findings *findings)
{
	const struct domain *domain = &guest->domain;
	size_t cards = 0;

	for (size_t i = 0; i < domain->hostdev_count; i++)
		cards += is_graphics(context, &domain->hostdev[i].address);
	say_firmware(findings,
		cards == 0     ? &no_card
		: domain->ovmf ? &uefi
			       : &seabios_domain,
		guest->path, domain->ovmf);
}

const struct check vm_machine_checks[] = {
	{.id = "VM-Q35-PCIE",
		.about = "whether its machine type has PCI Express",
		.run_vm = check_vm_machine,
		.run_domain = check_domain_machine},
	{.id = "VM-OVMF",
		.about = "whether it has a firmware that a modern card needs",
		.run_vm = check_vm_firmware,
		.run_domain = check_domain_firmware},
	{0},
};
