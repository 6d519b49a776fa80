/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt: who binds the devices of a domain. */
#include <string.h>

#include "tools/claims/claim.h"
#include "tools/guests/guests.h"
#include "tools/diagnose/guest-start.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* {3} is the commands that have the devices bound from the start. */
#define BIND_EARLY "have them bound from the start", "{3}"
VERDICT no_device = {CHECK_SKIP, "the VM gets no device"};
VERDICT ready = {CHECK_PASS,
	"the devices are ready for the VM: with managed='yes' as with 'no', libvirt leaves "
	"what is bound to vfio-pci as it is"};
VERDICT nobody_binds = {CHECK_FAIL,
	"the VM leaves binding {1} to somebody else, and nobody does it", BIND_EARLY,
	.reboot = true};
VERDICT taken_at_start = {CHECK_WARN,
	"the VM takes {1} from {2} when it starts, which can hang", BIND_EARLY,
	.reboot = true};

VERDICT hook_binds = {CHECK_INFO,
	"the VM leaves binding {1} to somebody else: a hook of libvirt's seems to do it when "
	"the VM starts",
	"nothing needs to be done if the start works"};

/* What a device of a VM comes to; NULL: it is ready, or nothing is in its way. */
static const struct verdict *judge_hostdev(const struct context *context,
	const struct domain_hostdev *hostdev, const struct pci_device *device,
	bool running)
{
	if (is_vm_driver(span_of(device->facts.driver)) || running)
		return NULL;
	if (!hostdev->managed)
		return start_hook_moves(context, device) ? &hook_binds : &nobody_binds;
	return start_may_hang(device) ? &taken_at_start : NULL;
}

/* "vfio-early enable ADDRESS" for each that is not with a VM's driver, and "reboot". */
static char *bind_commands(
	const struct context *context, const struct domain_guest *guest)
{
	char *commands = copy_text("reboot");

	for (size_t i = guest->domain.hostdev_count; i-- > 0;) {
		const struct pci_device *device = devices_find(
			&context->devices, &guest->domain.hostdev[i].address);
		char *shorter = commands;

		if (device == NULL || is_vm_driver(span_of(device->facts.driver)))
			continue;
		commands =
			format_text("vfio-early enable %s\n%s", device->address, shorter);
		free_pointer(&shorter);
	}
	return commands;
}

static void check_managed(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	CLEANUP_FREE char *commands = bind_commands(context, guest);
	struct verdict_notes notes = {0};

	for (size_t i = 0; i < guest->domain.hostdev_count; i++) {
		const struct domain_hostdev *hostdev = &guest->domain.hostdev[i];
		const struct pci_device *device =
			devices_find(&context->devices, &hostdev->address);
		const char *driver = device != NULL ? device->facts.driver : "";
		CLEANUP_FREE char *line = line_path(guest->path, hostdev->line);
		CLEANUP_FREE char *value = NULL;

		if (device == NULL)
			continue; /* VM-ADDR has something to say */
		value = format_text("managed='%s', %s is bound to %s",
			hostdev->managed ? "yes" : "no", device->address,
			driver[0] != '\0' ? driver : "no driver");
		verdict_note(findings, &notes,
			judge_hostdev(context, hostdev, device, guest->running), line,
			value, device->address, driver, commands, NULL);
	}
	if (notes.path.count == 0)
		verdict_row(findings, &no_device, NULL);
	else
		verdict_conclude(findings, &notes, &ready);
}

const struct check libvirt_checks[] = {
	{.id = "VM-LIBVIRT-MANAGED",
		.about = "whether somebody binds the devices of libvirt's domains",
		.run_domain = check_managed},
	{0},
};
