/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: what the virtual machine is made of. */
#include <stdlib.h>
#include <string.h>

#include "tools/diagnose/vm-checks.h"

/* Whether the address is a graphics card's. */
static bool is_graphics(const struct context *context, const struct pci_address *address)
{
	const struct pci_device *device = devices_find(&context->devices, address);

	return device != NULL && pci_device_is_graphics(device);
}

static void check_vm_machine(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	struct gathered gathered = {0};
	enum check_status status;
	size_t count;
	struct vm_device *devices = vm_devices(context->guests, guest, &count);
	const struct vm_device *worst = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct pve_line *from = devices[i].from->from;
		CLEANUP_FREE char *line = line_path(guest->path, from->line);
		CLEANUP_FREE char *text =
			format_text("%.*s: %.*s", SPAN(from->key), SPAN(from->value));

		if (devices[i].from->pcie && !guest->vm.q35) {
			gather(&gathered, CHECK_FAIL, line, text,
				"the VM asks for PCI Express, which only the machine type q35 has");
		} else if (!devices[i].from->pcie && guest->vm.q35 &&
			   is_graphics(context, &devices[i].address)) {
			gather(&gathered, CHECK_INFO, line, text,
				"the VM gets its card as a plain PCI device, which some drivers dislike");
			worst = worst != NULL ? worst : &devices[i];
		} else {
			gather_evidence(&gathered, line, "%s", text);
		}
	}
	status = gathered.status;
	if (count == 0) {
		skip_guest(findings, guest->name, "the VM gets no device");
		free(devices);
		return;
	}
	gathered_say(
		&gathered, findings, guest->name, "the machine type fits the devices");
	if (status == CHECK_FAIL) {
		finding_remedy(findings,
			"change the machine type; the guest sees new hardware then");
		finding_command(findings, "qm set %ld -machine q35", guest->id);
	} else if (status == CHECK_INFO && worst != NULL) {
		finding_remedy(findings, "nothing needs to be done if the guest is well");
		finding_command(findings, "qm set %ld -hostpci%d %.*s,pcie=1", guest->id,
			worst->from->number, SPAN(worst->from->from->value));
	}
	free(devices);
}

static void check_domain_machine(const struct context *context,
	const struct domain_guest *guest, struct findings *findings)
{
	(void)context;
	if (guest->domain.hostdev_count == 0) {
		skip_guest(findings, guest->name, "the VM gets no device");
		return;
	}
	finding(findings, guest->domain.q35 ? CHECK_PASS : CHECK_INFO,
		guest->domain.q35
			? "the machine type fits the devices"
			: "the machine type is without PCI Express, which some drivers dislike");
	finding_subject(findings, guest->name);
	finding_evidence(
		findings, guest->path, guest->domain.q35 ? "q35" : "another than q35");
	if (!guest->domain.q35)
		finding_remedy(findings, "nothing needs to be done if the guest is well; "
					 "a new one is better made with q35");
}

void check_machine(const struct context *context, struct findings *findings)
{
	each_vm(context, findings, check_vm_machine, check_domain_machine);
}

static void say_firmware(struct findings *findings, const char *name, const char *path,
	bool ovmf, bool efidisk)
{
	if (!ovmf) {
		finding(findings, CHECK_WARN,
			"the VM boots with SeaBIOS: today's cards bring a UEFI image, and often "
			"show nothing before their driver runs");
		finding_subject(findings, name);
		finding_evidence(findings, path, "no UEFI firmware");
		finding_remedy(findings,
			"use UEFI for a new guest; one that is installed with SeaBIOS "
			"does not boot with it, so leave it if its display works");
		return;
	}
	finding(findings, efidisk ? CHECK_PASS : CHECK_WARN,
		efidisk ? "the VM has a UEFI firmware"
			: "the VM has a UEFI firmware, but no disk to keep its settings");
	finding_subject(findings, name);
	finding_evidence(findings, path, "UEFI firmware");
}

/* Whether one of the devices is a graphics card. */
static bool has_graphics(const struct context *context, const struct vm_guest *guest)
{
	size_t count;
	struct vm_device *devices = vm_devices(context->guests, guest, &count);
	bool found = false;

	for (size_t i = 0; i < count && !found; i++)
		found = is_graphics(context, &devices[i].address);
	free(devices);
	return found;
}

static void check_vm_firmware(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	const struct vm *vm = &guest->vm;

	if (!has_graphics(context, guest)) {
		skip_guest(findings, guest->name, "the VM gets no graphics card");
		return;
	}
	say_firmware(findings, guest->name, guest->path, vm->ovmf, vm->efidisk);
	if (vm->ovmf && !vm->efidisk) {
		finding_remedy(findings, "add one");
		finding_command(findings,
			"qm set %ld -efidisk0 local-lvm:1,efitype=4m,pre-enrolled-keys=1",
			guest->id);
	} else if (!vm->ovmf) {
		finding_command(findings, "qm set %ld -bios ovmf", guest->id);
	}
}

static void check_domain_firmware(const struct context *context,
	const struct domain_guest *guest, struct findings *findings)
{
	bool found = false;

	for (size_t i = 0; i < guest->domain.hostdev_count; i++)
		found |= is_graphics(context, &guest->domain.hostdev[i].address);
	if (!found)
		skip_guest(findings, guest->name, "the VM gets no graphics card");
	else
		say_firmware(
			findings, guest->name, guest->path, guest->domain.ovmf, true);
}

void check_firmware(const struct context *context, struct findings *findings)
{
	each_vm(context, findings, check_vm_firmware, check_domain_firmware);
}
