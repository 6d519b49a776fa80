/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: whether the devices they name are there. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "tools/system/root.h"
#include "tools/guests/vm-devices.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* {1} is what the VM names, {2} the command that names the right thing. */
#define NAME_RIGHT "name what is there", "{2}"
#define WHOLE_CARD \
	"give it the whole card, if that is what you want: an address without a function"
static const char part_title[] = "the VM gets a part of its card only: {1} stays behind";
VERDICT all_there = {CHECK_PASS, "every device that the VM names is there"};
VERDICT no_device = {
	CHECK_FAIL, "the VM names {1}, where there is no device", NAME_RIGHT};
VERDICT bridge = {CHECK_FAIL, "the VM names {1}, which is a bridge and can go to no VM",
	NAME_RIGHT};
VERDICT no_rom = {CHECK_FAIL,
	"the VM names the ROM file {1}, which is not in /usr/share/kvm", NAME_RIGHT};
VERDICT none_given = {
	CHECK_FAIL, "the VM is given no device of this machine", NAME_RIGHT};
VERDICT part = {CHECK_INFO, part_title, WHOLE_CARD, "qm set {id} -{2} {3},pcie=1"};
VERDICT part_mapped = {CHECK_INFO, part_title, WHOLE_CARD};

/* The functions of a card that the VM does not get, as text; malloc'ed or NULL. */
static char *left_behind(
	const struct vm_device *devices, size_t count, const struct card *card)
{
	char *list = NULL;

	for (size_t i = 0; i < card->count; i++) {
		bool taken = false;

		for (size_t j = 0; j < count && !taken; j++)
			taken = vm_device_is(
				&devices[j], &card->function[i].facts.function.address);
		if (!taken)
			text_append(&list, "%s%s", list != NULL ? ", " : "",
				card->function[i].address);
	}
	return list;
}

struct addresses {
	const struct context *context;
	const struct vm_guest *guest;
	struct findings *findings;
	struct verdict_notes notes;
	struct vm_device *device;
	size_t count;
	const char *command; /* that names the right device */
};

/* A ROM file is looked for in one place only. */
static void note_rom(
	struct addresses *addresses, const struct vm_device *device, const char *line)
{
	CLEANUP_FREE char *name = span_copy(device->from->romfile);
	CLEANUP_FREE char *path = format_text("/usr/share/kvm/%s", name);

	if (name[0] != '\0' && !root_exists(path))
		verdict_note(addresses->findings, &addresses->notes, &no_rom, line, path,
			name, addresses->command, NULL);
}

/* A device that is there: does the VM get all of its card? */
static void note_found(struct addresses *addresses, const struct vm_device *device,
	const struct pci_device *found, const char *line)
{
	struct card card = devices_card(&addresses->context->devices, found);
	CLEANUP_FREE char *rest = left_behind(addresses->device, addresses->count, &card);
	CLEANUP_FREE char *text = NULL, *key = NULL, *slot = NULL;

	if (rest == NULL || !pci_device_is_graphics(found)) {
		text = format_text("%s: %s [%s]", found->address, found->name, found->id);
		verdict_note(
			addresses->findings, &addresses->notes, NULL, line, text, NULL);
		return;
	}
	text = pve_line_text(device->from->from);
	key = span_copy(device->from->from->key);
	slot = format_text(
		"%.*s", (int)(device->id.length - strlen(".0")), device->id.text);
	verdict_note(addresses->findings, &addresses->notes,
		device->map == NULL ? &part : &part_mapped, line, text, rest, key, slot,
		NULL);
}

static void note_device(struct addresses *addresses, const struct vm_device *device)
{
	const struct pci_device *found =
		devices_find(&addresses->context->devices, &device->address);
	const struct pve_line *from = device->from->from;
	CLEANUP_FREE char *line = line_path(addresses->guest->path, from->line);
	CLEANUP_FREE char *text = pve_line_text(from);
	CLEANUP_FREE char *id = span_copy(device->id);

	if (found == NULL || pci_device_is_bridge(found)) {
		verdict_note(addresses->findings, &addresses->notes,
			found == NULL ? &no_device : &bridge, line, text,
			found == NULL ? id : found->address, addresses->command, NULL);
		return;
	}
	note_rom(addresses, device, line);
	note_found(addresses, device, found, line);
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	const struct intent *intent = guest_device(context, guest->name, NULL);
	CLEANUP_FREE char *command =
		intent == NULL
			? copy_text("vfio-early list --all")
			: format_text("qm set %ld -hostpci0 %.*s,pcie=1", guest->id,
				  (int)strcspn(intent->device->address, "."),
				  intent->device->address);
	struct addresses addresses = {.context = context,
		.guest = guest,
		.findings = findings,
		.command = command};

	addresses.device = vm_devices(context->guests, guest, &addresses.count);
	for (size_t i = 0; i < addresses.count; i++)
		note_device(&addresses, &addresses.device[i]);
	if (addresses.count == 0)
		verdict_note(findings, &addresses.notes, &none_given, guest->path,
			"no hostpci line", "", command, NULL);
	verdict_conclude(findings, &addresses.notes, &all_there);
	free(addresses.device);
}

#define NAME_HOSTDEV "name a device that is there in its <hostdev>", "virsh edit {2}"
VERDICT no_hostdev = {
	CHECK_FAIL, "the VM names {1}, where there is no device", NAME_HOSTDEV};
VERDICT bridge_hostdev = {
	CHECK_FAIL, "the VM names {1}, which is a bridge", NAME_HOSTDEV};
VERDICT none_hostdev = {
	CHECK_FAIL, "the VM is given no PCI device of this machine", NAME_HOSTDEV};

static void check_domain(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	const char *name = domain_guest_name(guest);
	struct verdict_notes notes = {0};

	for (size_t i = 0; i < guest->domain.hostdev_count; i++) {
		const struct domain_hostdev *hostdev = &guest->domain.hostdev[i];
		const struct pci_device *found =
			devices_find(&context->devices, &hostdev->address);
		CLEANUP_FREE char *line = line_path(guest->path, hostdev->line);
		CLEANUP_FREE char *value = NULL;
		char address[32];
		struct text text = text_in(address, sizeof(address));

		pci_address_format(&hostdev->address, &text);
		if (found == NULL || pci_device_is_bridge(found)) {
			verdict_note(findings, &notes,
				found == NULL ? &no_hostdev : &bridge_hostdev, line,
				address, address, name, NULL);
			continue;
		}
		value = format_text(
			"%s: %s [%s]", found->address, found->name, found->id);
		verdict_note(findings, &notes, NULL, line, value, NULL);
	}
	if (guest->domain.hostdev_count == 0)
		verdict_note(findings, &notes, &none_hostdev, guest->path, "no <hostdev>",
			"", name, NULL);
	verdict_conclude(findings, &notes, &all_there);
}

const struct check vm_address_checks[] = {
	{.id = "VM-ADDR",
		.about = "whether the devices it names are there",
		.run_vm = check_vm,
		.run_domain = check_domain},
	{0},
};
