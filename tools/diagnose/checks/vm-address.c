/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: whether the devices they name are there. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "cmdline/driver.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/pci/virtual-functions.h"
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
	CLEANUP_FREE char *path =
		format_text("%s%s", name[0] == '/' ? "" : "/usr/share/kvm/", name);

	if (name[0] != '\0' && !root_exists(path))
		verdict_note(addresses->findings, &addresses->notes, &no_rom, line, path,
			name, addresses->command, NULL);
}

/* A device that is there: does the VM get all of its card? */
static void note_found(struct addresses *addresses, const struct vm_device *device,
	const struct pci_device *found, const char *line)
{
	struct card card = devices_card(&addresses->context->devices, found);
	CLEANUP_FREE char *rest =
		device->spare || device->is_split
			? NULL
			: left_behind(addresses->device, addresses->count, &card);
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
		device->map == NULL && device->from->number >= 0 ? &part : &part_mapped,
		line, text, rest, key, slot, NULL);
}

static const char too_few_title[] =
	"the VM names {1}, which would be virtual function {2} of {3}: it has {4} now";
VERDICT no_functions = {CHECK_FAIL, too_few_title,
	"have its driver make them, now and with a udev rule at each boot",
	"echo 'ACTION==\"add|bind\", SUBSYSTEM==\"pci\", KERNEL==\"{3}\", "
	"ATTR{sriov_numvfs}=\"{2}\"' >/etc/udev/rules.d/80-virtual-functions-{3}.rules\n"
	"echo {2} >/sys/bus/pci/devices/{3}/sriov_numvfs"};
VERDICT too_few_functions = {CHECK_FAIL, too_few_title,
	"set the number to {2} or more where it is set now (a unit, sysfs.conf, an option "
	"of the driver); the guests that have some of them lose them in that moment",
	"grep -rsn -e sriov_numvfs -e max_vfs /etc /proc/cmdline"};
VERDICT maker_without_driver = {CHECK_FAIL,
	"the VM names {1}, a virtual function that the driver of {3} makes, which is with "
	"{5}",
	"let the host's own driver have {3}, which DRV-BOUND is about"};

static const struct verdict *judge_maker(const struct pci_device *maker)
{
	if (maker->facts.driver[0] == '\0' || driver_is_vfio(maker->facts.driver))
		return &maker_without_driver;
	return virtual_functions_now(maker) == 0 ? &no_functions : &too_few_functions;
}

/* Nothing is at the address: would a virtual function be there? */
static bool note_missing_virtual(const struct context *context,
	const struct pci_address *address, struct findings *findings,
	struct verdict_notes *notes, const char *line)
{
	unsigned int number;
	const struct pci_device *maker =
		virtual_function_maker(&context->devices, address, &number);
	CLEANUP_FREE char *wanted = NULL, *now = NULL, *value = NULL;
	char place[32];
	struct text text = text_in(place, sizeof(place));

	if (maker == NULL)
		return false;
	pci_address_format(address, &text);
	wanted = format_text("%u", number);
	now = format_text("%u", virtual_functions_now(maker));
	value = format_text("%s has %s of %u virtual functions", maker->address, now,
		virtual_functions_most(maker));
	verdict_note(findings, notes, judge_maker(maker), line, value, place, wanted,
		maker->address, now, driver_text(maker), NULL);
	return true;
}

static void note_device(struct addresses *addresses, const struct vm_device *device)
{
	const struct pci_device *found =
		devices_find(&addresses->context->devices, &device->address);
	const struct pve_line *from = device->from->from;
	CLEANUP_FREE char *line = line_path(addresses->guest->path, from->line);
	CLEANUP_FREE char *text = pve_line_text(from);
	CLEANUP_FREE char *id = span_copy(device->id);

	if (found == NULL && note_missing_virtual(addresses->context, &device->address,
				     addresses->findings, &addresses->notes, line))
		return;
	if (found == NULL || pci_device_is_bridge(found)) {
		verdict_note(addresses->findings, &addresses->notes,
			found == NULL ? &no_device : &bridge, line, text,
			found == NULL ? id : found->address, addresses->command, NULL);
		return;
	}
	note_rom(addresses, device, line);
	note_found(addresses, device, found, line);
}

/* Whether args: give it a piece of a split card, which VM-SPLIT looks for. */
static bool has_instance(const struct vm_guest *guest)
{
	for (size_t i = 0; i < guest->vm.hostpci_count; i++)
		if (guest->vm.hostpci[i].mdev_instance.length > 0)
			return true;
	return false;
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
	if (addresses.count == 0 && !has_instance(guest))
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

VERDICT no_rom_file = {CHECK_FAIL,
	"the VM names the ROM file {1}, which is not there: QEMU does not start without it",
	"copy it there, or name the right file", "virsh edit {2}"};

static void note_hostdev(const struct context *context, const struct domain_guest *guest,
	const struct domain_hostdev *hostdev, struct findings *findings,
	struct verdict_notes *notes)
{
	const struct pci_device *found =
		devices_find(&context->devices, &hostdev->address);
	const char *name = domain_guest_name(guest);
	CLEANUP_FREE char *line = line_path(guest->path, hostdev->line);
	CLEANUP_FREE char *value = NULL;
	char address[32];
	struct text text = text_in(address, sizeof(address));

	pci_address_format(&hostdev->address, &text);
	if (found == NULL &&
		note_missing_virtual(context, &hostdev->address, findings, notes, line))
		return;
	if (found == NULL || pci_device_is_bridge(found)) {
		verdict_note(findings, notes,
			found == NULL ? &no_hostdev : &bridge_hostdev, line, address,
			address, name, NULL);
		return;
	}
	if (hostdev->rom_file != NULL && !root_exists(hostdev->rom_file))
		verdict_note(findings, notes, &no_rom_file, line, hostdev->rom_file,
			hostdev->rom_file, name, NULL);
	value = format_text("%s: %s [%s]", found->address, found->name, found->id);
	verdict_note(findings, notes, NULL, line, value, NULL);
}

static void check_domain(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	struct verdict_notes notes = {0};

	for (size_t i = 0; i < guest->domain.hostdev_count; i++)
		note_hostdev(context, guest, &guest->domain.hostdev[i], findings, &notes);
	if (guest->domain.hostdev_count == 0 && guest->domain.mdev_count == 0)
		verdict_note(findings, &notes, &none_hostdev, guest->path, "no <hostdev>",
			"", domain_guest_name(guest), NULL);
	verdict_conclude(findings, &notes, &all_there);
}

const struct check vm_address_checks[] = {
	{.id = "VM-ADDR",
		.about = "whether the devices it names are there",
		.run_vm = check_vm,
		.run_domain = check_domain},
	{0},
};
