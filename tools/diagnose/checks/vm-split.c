/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: pieces of cards that stay with the host (mdev), and split cards named as a whole.
 */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/guests/vm-devices.h"
#include "tools/pci/cards.h"
#include "tools/pci/attribute.h"
#include "tools/pci/mdev.h"
#include "tools/pci/virtual-functions.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"

/* {1} is the device. */
VERDICT no_piece = {CHECK_SKIP, "the VM gets no piece of a split card"};
VERDICT pieces_there = {
	CHECK_PASS, "the pieces of split cards that the VM wants can be had"};
static const char no_offer[] =
	"the VM wants a piece of {1}, and {2}, which has it, makes none of it";
VERDICT no_offer_by_vfio = {CHECK_FAIL, no_offer,
	"a split card stays with the host: let its own driver have it, which DRV-BOUND is "
	"about"};
VERDICT no_offer_by_i915 = {CHECK_FAIL, no_offer,
	"turn on GVT-g, which Intel's graphics of the generations 5 to 10 have: boot with "
	"i915.enable_gvt=1, and load kvmgt",
	"echo kvmgt >/etc/modules-load.d/kvmgt.conf", .reboot = true};
VERDICT no_offer_by_nvidia = {CHECK_FAIL, no_offer,
	"install NVIDIA's driver for vGPU hosts: the ordinary one splits no card"};
VERDICT no_offer_by_other = {CHECK_FAIL, no_offer,
	"see whether its maker has a driver that splits it, and name another card "
	"otherwise"};
VERDICT unknown_type = {CHECK_FAIL, "{1} has no pieces of the type {2}",
	"choose one of those that it has: {3}",
	"qm set {id} -{4} {1},mdev=TYPE    # in place of TYPE one of those"};
static const char none_left_title[] =
	"no further piece of the type {2} can be made of {1}";
#define FREE_ONE "stop a guest that has one, or choose a smaller type"
VERDICT none_left = {CHECK_WARN, none_left_title, FREE_ONE};
VERDICT none_left_for_asked = {CHECK_FAIL, none_left_title, FREE_ONE};
VERDICT split_whole = {CHECK_FAIL,
	"the VM wants all of {1}, which is split (pieces: {2})",
	"give the VM one of the pieces; or see that nobody makes them any more, and restart"};
VERDICT split_whole_functions = {CHECK_FAIL,
	"the VM wants all of {1}, which is split (virtual functions: {2})",
	"give the VM one of them, or none at all of this device",
	"qm set {id} -{3} {4}{5}"};

struct pieces {
	const struct context *context;
	struct findings *findings;
	struct verdict_notes notes;
	bool running; /* the VM has its pieces already */
	bool asked;
};

static const struct verdict *judge_driver(const struct pci_device *device)
{
	const char *driver = device->facts.driver;

	if (driver[0] == '\0' || driver_is_vfio(driver))
		return &no_offer_by_vfio;
	if (strcmp(driver, "i915") == 0)
		return &no_offer_by_i915;
	return strcmp(driver, "nvidia") == 0 ? &no_offer_by_nvidia : &no_offer_by_other;
}

/* The device that can serve: the one that is given, or another place of its mapping that
 * has a piece left. */
static const struct pci_device *find_place(const struct context *context,
	const struct vm_device *given, const struct vm_device *all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct pci_device *device =
			devices_find(&context->devices, &all[i].address);

		if (all[i].from == given->from && device != NULL &&
			mdev_available(device, given->from->mdev) > 0)
			return device;
	}
	return devices_find(&context->devices, &given->address);
}

/* The piece of this type that a VM gets of the device. */
static void note_type(struct pieces *pieces, const struct vm_device *given,
	const struct pci_device *device, const char *line)
{
	CLEANUP_FREE char *type = span_copy(given->from->mdev);
	CLEANUP_FREE char *key = span_copy(given->from->from->key);
	CLEANUP_FREE char *types = mdev_types(device);
	long left = mdev_available(device, given->from->mdev);
	CLEANUP_FREE char *value =
		format_text("%s of %s, %ld left", type, device->address, left);

	if (!mdev_is_offered(device))
		verdict_note(pieces->findings, &pieces->notes, judge_driver(device), line,
			type, device->address, driver_text(device), NULL);
	else if (left < 0)
		verdict_note(pieces->findings, &pieces->notes, &unknown_type, line, types,
			device->address, type, types, key, NULL);
	else
		verdict_note(pieces->findings, &pieces->notes,
			left > 0 || pieces->running ? NULL
			: pieces->asked		    ? &none_left_for_asked
						    : &none_left,
			line, value, device->address, type, NULL);
}

/* A device that the VM wants for itself, and that is in pieces; `entry` is its line's,
 * NULL for libvirt. */
static void note_whole(struct pieces *pieces, const struct pci_device *device,
	const char *line, const struct vm_hostpci *entry)
{
	const struct devices *devices = &pieces->context->devices;
	const struct pci_device *virtual = virtual_function_first(devices, device);
	size_t count = card_pieces(devices, device);
	CLEANUP_FREE char *number = format_text("%zu", count);
	CLEANUP_FREE char *key = entry != NULL ? span_copy(entry->from->key) : NULL;
	bool by_hostpci = entry != NULL && entry->number >= 0;

	/* where a VFIO driver has it, that is who made them */
	if (count > 0 && !driver_is_vfio(device->facts.driver))
		verdict_note(pieces->findings, &pieces->notes,
			virtual != NULL && by_hostpci ? &split_whole_functions
						      : &split_whole,
			line, device->address, device->address, number, key,
			virtual != NULL ? virtual->address : NULL,
			by_hostpci && entry->pcie ? ",pcie=1" : "", NULL);
}

VERDICT no_instance = {CHECK_FAIL, "the mediated device {1} is not there",
	"make it again, with the type that the guest needs, and have it made at each boot "
	"(mdevctl define --auto): it is gone when the machine restarts"};

/* A piece that somebody else made, by its UUID. */
static void note_instance(struct pieces *pieces, const char *uuid, const char *line)
{
	const struct pci_device *parent = mdev_parent(&pieces->context->devices, uuid);
	bool there = mdev_exists(uuid);

	verdict_note(pieces->findings, &pieces->notes, there ? NULL : &no_instance, line,
		parent != NULL ? parent->address
		: there	       ? "there"
			       : "absent",
		uuid, NULL);
}

static void conclude_pieces(struct pieces *pieces)
{
	if (pieces->notes.path.count == 0)
		verdict_row(pieces->findings, &no_piece, NULL);
	else
		verdict_conclude(pieces->findings, &pieces->notes, &pieces_there);
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	struct pieces pieces = {context, findings, .running = guest->pid > 0,
		.asked = context->request.machine == guest->id};
	size_t count;
	CLEANUP_FREE struct vm_device *given = vm_devices(context->guests, guest, &count);

	for (size_t i = 0; i < count; i++) {
		const struct pci_device *device =
			devices_find(&context->devices, &given[i].address);
		CLEANUP_FREE char *line =
			line_path(guest->path, given[i].from->from->line);

		if (device == NULL || given[i].spare)
			continue; /* VM-ADDR has something to say */
		if (given[i].is_split)
			note_type(&pieces, &given[i],
				find_place(context, &given[i], given, count), line);
		else
			note_whole(&pieces, device, line, given[i].from);
	}
	for (size_t i = 0; i < guest->vm.hostpci_count; i++) {
		const struct vm_hostpci *entry = &guest->vm.hostpci[i];
		CLEANUP_FREE char *uuid = span_copy(entry->mdev_instance);
		CLEANUP_FREE char *line = line_path(guest->path, entry->from->line);

		if (uuid[0] != '\0' && vm_in_main(&guest->vm, entry->from))
			note_instance(&pieces, uuid, line);
	}
	conclude_pieces(&pieces);
}

static void check_domain(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	struct pieces pieces = {context, findings};

	for (size_t i = 0; i < guest->domain.hostdev_count; i++) {
		const struct domain_hostdev *hostdev = &guest->domain.hostdev[i];
		const struct pci_device *device =
			devices_find(&context->devices, &hostdev->address);
		CLEANUP_FREE char *line = line_path(guest->path, hostdev->line);

		if (device != NULL)
			note_whole(&pieces, device, line, NULL);
	}
	for (size_t i = 0; i < guest->domain.mdev_count; i++) {
		CLEANUP_FREE char *line =
			line_path(guest->path, guest->domain.mdev[i].line);

		note_instance(&pieces, guest->domain.mdev[i].uuid, line);
	}
	conclude_pieces(&pieces);
}

const struct check vm_split_checks[] = {
	{.id = "VM-SPLIT",
		.about = "whether the pieces of split cards that it gets can be had",
		.run_vm = check_vm,
		.run_domain = check_domain},
	{0},
};
