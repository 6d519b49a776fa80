/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: devices that another guest wants, too. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/address.h"
#include "tools/guests/vm-devices.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

#define TAKE_ONE "stop the other guest, or take the device from one of them"
static const char held_title[] = "{1} runs and holds {2}, so that this VM cannot start";
VERDICT not_shared = {CHECK_PASS, "no other guest wants the devices"};
VERDICT shared = {CHECK_INFO, "{1} names {2} as well: only one of them can run at a time",
	"nothing needs to be done as long as they take turns"};
VERDICT held = {CHECK_WARN, held_title, TAKE_ONE};
VERDICT held_from_asked = {CHECK_FAIL, held_title, TAKE_ONE};
VERDICT named_twice = {CHECK_FAIL,
	"the VM names the same device twice, and Proxmox refuses to start it", TAKE_ONE};

/* One guest's use of devices. */
struct use {
	const char *name; /* of the guest */
	const char *path;
	unsigned int line;
	bool running;
	bool has_choice; /* the device is one of several places: another will do */
};

struct sharing {
	const struct context *context;
	struct findings *findings;
	struct verdict_notes notes;
	struct use self;
	bool asked; /* the diagnosis is about this guest */
};

static void note_use(
	struct sharing *sharing, const struct use *other, const struct pci_device *device)
{
	CLEANUP_FREE char *line = line_path(other->path, other->line);
	const struct verdict *verdict = &shared;
	bool known = sharing->context->guests->reservations.count > 0;

	/* without Proxmox' own reservations nobody knows which place a VM has */
	if ((other->has_choice || sharing->self.has_choice) && !(other->running && known))
		return;
	if (other->running && !sharing->self.running)
		verdict = sharing->asked ? &held_from_asked : &held;
	verdict_note(sharing->findings, &sharing->notes, verdict, line, device->address,
		other->name, device->address, NULL);
}

/* Whether another VM names the function, and where. */
static void note_vm(struct sharing *sharing, const struct vm_guest *guest,
	const struct pci_device *device)
{
	size_t count;
	CLEANUP_FREE struct vm_device *given =
		vm_devices(sharing->context->guests, guest, &count);

	for (size_t i = 0; i < count; i++) {
		struct use other = {guest->name, guest->path, given[i].from->from->line,
			guest->pid > 0, vm_device_has_spare(&given[i], given, count)};

		if (vm_device_takes(&given[i], &device->facts.function.address)) {
			note_use(sharing, &other, device);
			return;
		}
	}
}

static void note_domain(struct sharing *sharing, const struct domain_guest *guest,
	const struct pci_device *device)
{
	for (size_t i = 0; i < guest->domain.hostdev_count; i++) {
		const struct domain_hostdev *hostdev = &guest->domain.hostdev[i];
		struct use other = {
			guest->name, guest->path, hostdev->line, guest->running, false};

		if (pci_address_compare(
			    &hostdev->address, &device->facts.function.address) == 0)
			note_use(sharing, &other, device);
	}
}

/* Every other guest that names the function. */
static void note_others(struct sharing *sharing, const struct pci_address *address)
{
	const struct guests *guests = sharing->context->guests;
	const struct pci_device *device =
		devices_find(&sharing->context->devices, address);

	if (device == NULL)
		return; /* VM-ADDR has something to say */
	for (size_t i = 0; i < guests->vms; i++)
		if (strcmp(guests->vm[i].name, sharing->self.name) != 0 &&
			!guests->vm[i].vm.template)
			note_vm(sharing, &guests->vm[i], device);
	for (size_t i = 0; i < guests->domains; i++)
		if (strcmp(guests->domain[i].name, sharing->self.name) != 0)
			note_domain(sharing, &guests->domain[i], device);
}

static void conclude_use(struct sharing *sharing)
{
	if (sharing->notes.path.count == 0)
		verdict_note(sharing->findings, &sharing->notes, NULL, sharing->self.path,
			"no other guest names them", NULL);
	verdict_conclude(sharing->findings, &sharing->notes, &not_shared);
}

/* The devices that an earlier line gives as well. */
static void note_doubles(
	struct sharing *sharing, const struct vm_device *device, size_t at)
{
	CLEANUP_FREE char *line =
		line_path(sharing->self.path, device[at].from->from->line);

	for (size_t i = 0; i < at; i++)
		if (device[i].from != device[at].from && !device[i].spare &&
			!device[i].is_split &&
			(vm_device_is(&device[i], &device[at].address) ||
				vm_device_is(&device[at], &device[i].address)))
			verdict_note(sharing->findings, &sharing->notes, &named_twice,
				line, "assigned twice", NULL);
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	struct sharing sharing = {.context = context,
		.findings = findings,
		.self = {guest->name, guest->path, .running = guest->pid > 0},
		.asked = context->request.machine == guest->id};
	size_t count;
	CLEANUP_FREE struct vm_device *device =
		vm_devices(context->guests, guest, &count);

	for (size_t i = 0; i < count; i++) {
		/* the pieces of a split device are there for several guests */
		if (device[i].spare || device[i].is_split)
			continue;
		sharing.self.has_choice = vm_device_has_spare(&device[i], device, count);
		note_doubles(&sharing, device, i);
		note_others(&sharing, &device[i].address);
	}
	conclude_use(&sharing);
}

static void check_domain(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	struct sharing sharing = {.context = context,
		.findings = findings,
		.self = {guest->name, guest->path, .running = guest->running},
		.asked = context->request.domain != NULL};

	for (size_t i = 0; i < guest->domain.hostdev_count; i++)
		note_others(&sharing, &guest->domain.hostdev[i].address);
	conclude_use(&sharing);
}

const struct check vm_use_checks[] = {
	{.id = "VM-DOUBLE-USE",
		.about = "whether another guest wants the same device",
		.run_vm = check_vm,
		.run_domain = check_domain},
	{0},
};
