/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt: who binds the devices of a domain. */
#include <string.h>

#include "tools/claims/claim.h"
#include "tools/diagnose/gathered.h"

static void gather_hostdev(struct gathered *gathered, const struct context *context,
	const struct domain_guest *guest, const struct domain_hostdev *hostdev)
{
	const struct pci_device *device =
		devices_find(&context->devices, &hostdev->address);
	CLEANUP_FREE char *line = line_path(guest->path, hostdev->line);
	const char *driver;
	CLEANUP_FREE char *value = NULL;

	if (device == NULL)
		return; /* VM-ADDR has something to say */
	driver = device->facts.driver;
	value = format_text("managed='%s', %s is bound to %s",
		hostdev->managed ? "yes" : "no", device->address,
		driver[0] != '\0' ? driver : "no driver");
	if (is_vm_driver(span_of(driver)) || guest->running)
		gather_evidence(gathered, line, "%s", value);
	else if (!hostdev->managed)
		gather(gathered, CHECK_FAIL, line, value,
			"the VM leaves binding %s to somebody else, and nobody does it",
			device->address);
	else if (driver[0] != '\0')
		gather(gathered, CHECK_WARN, line, value,
			"the VM takes %s from %s when it starts, which can hang",
			device->address, driver);
	else
		gather_evidence(gathered, line, "%s", value);
}

static void check_managed(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	struct gathered gathered = {0};
	enum check_status status;

	for (size_t i = 0; i < guest->domain.hostdev_count; i++)
		gather_hostdev(&gathered, context, guest, &guest->domain.hostdev[i]);
	status = gathered.status;
	if (gathered.path.count == 0) {
		skip_guest(findings, guest->name, "the VM gets no device");
		return;
	}
	gathered_say(&gathered, findings, guest->name,
		"the devices are ready for the VM: with managed='yes' as with 'no', "
		"libvirt leaves what is bound to vfio-pci as it is");
	if (status != CHECK_PASS) {
		finding_remedy(findings, "have them bound from the start");
		for (size_t i = 0; i < guest->domain.hostdev_count; i++) {
			const struct pci_device *device = devices_find(
				&context->devices, &guest->domain.hostdev[i].address);

			if (device != NULL &&
				!is_vm_driver(span_of(device->facts.driver)))
				finding_command(findings, "vfio-early enable %s",
					device->address);
		}
		finding_command(findings, "reboot");
		finding_needs_reboot(findings);
	}
}

static void check_libvirt(const struct context *context, struct findings *findings)
{
	each_vm(context, findings, NULL, check_managed);
}

const struct check libvirt_checks[] = {
	{.id = "VM-LIBVIRT-MANAGED",
		.about = "whether somebody binds the devices of libvirt's domains",
		.run = check_libvirt},
	{0},
};
