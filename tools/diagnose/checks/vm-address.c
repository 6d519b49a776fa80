/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: whether the devices they name are there. */
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/diagnose/vm-checks.h"

/* The functions of a slot that are not in the list, as text; malloc'ed or NULL. */
static char *left_behind(
	const struct vm_device *devices, size_t count, const struct card *card)
{
	char *list = NULL;

	for (size_t i = 0; i < card->count; i++) {
		bool taken = false;
		char *longer;

		for (size_t j = 0; j < count && !taken; j++)
			taken = vm_device_is(
				&devices[j], &card->function[i].facts.function.address);
		if (taken)
			continue;
		longer = format_text("%s%s%s", list != NULL ? list : "",
			list != NULL ? ", " : "", card->function[i].address);
		free(list);
		list = longer;
	}
	return list;
}

struct addresses {
	const struct context *context;
	const struct vm_guest *guest;
	struct gathered gathered;
	struct vm_device *devices;
	size_t count;
	const struct vm_device *partial; /* the first that is a part of a card */
};

/* A ROM file is looked for in one place only. */
static void gather_rom(
	struct addresses *addresses, const struct vm_device *device, const char *line)
{
	struct span name = device->from->romfile;
	CLEANUP_FREE char *path = format_text("/usr/share/kvm/%.*s", SPAN(name));

	if (name.length > 0 && !root_exists(path))
		gather(&addresses->gathered, CHECK_FAIL, line, path,
			"the VM names the ROM file %.*s, which is not in /usr/share/kvm",
			SPAN(name));
}

static void gather_device(struct addresses *addresses, const struct vm_device *device)
{
	struct gathered *gathered = &addresses->gathered;
	const struct pve_line *from = device->from->from;
	CLEANUP_FREE char *line = line_path(addresses->guest->path, from->line);
	CLEANUP_FREE char *text =
		format_text("%.*s: %.*s", SPAN(from->key), SPAN(from->value));
	const struct devices *devices = &addresses->context->devices;
	const struct pci_device *found = devices_find(devices, &device->address);
	CLEANUP_FREE char *rest = NULL;
	struct card card;

	if (found == NULL) {
		gather(gathered, CHECK_FAIL, line, text,
			"the VM names %.*s, where there is no device", SPAN(device->id));
		return;
	}
	if (pci_device_is_bridge(found)) {
		gather(gathered, CHECK_FAIL, line, text,
			"the VM names %s, which is a bridge and can go to no VM",
			found->address);
		return;
	}
	gather_rom(addresses, device, line);
	card = devices_card(devices, found);
	rest = left_behind(addresses->devices, addresses->count, &card);
	if (rest == NULL || !pci_device_is_graphics(found)) {
		gather_evidence(gathered, line, "%s: %s [%s]", found->address,
			found->name, found->id);
		return;
	}
	gather(gathered, CHECK_INFO, line, text,
		"the VM gets a part of its card only: %s stays behind", rest);
	if (addresses->partial == NULL)
		addresses->partial = device;
}

static void say_address_remedy(const struct addresses *addresses,
	enum check_status status, struct findings *findings)
{
	long id = addresses->guest->id;
	const struct vm_device *partial = addresses->partial;
	const struct intent *intent =
		guest_device(addresses->context, addresses->guest->name, NULL);

	if (status == CHECK_INFO) {
		finding_remedy(findings,
			"give it the whole card, if that is what you want: an address "
			"without a function");
		if (partial->map == NULL)
			finding_command(findings, "qm set %ld -hostpci%d %.*s,pcie=1", id,
				partial->from->number, (int)(partial->id.length - 2),
				partial->id.text);
		return;
	}
	finding_remedy(findings, "name what is there");
	if (intent != NULL)
		finding_command(findings, "qm set %ld -hostpci0 %.*s,pcie=1", id,
			(int)strcspn(intent->device->address, "."),
			intent->device->address);
	else
		finding_command(findings, "vfio-early list --all");
}

static void check_vm_addresses(const struct context *context,
	const struct vm_guest *guest, struct findings *findings)
{
	struct addresses addresses = {.context = context, .guest = guest};
	enum check_status status;

	addresses.devices = vm_devices(context->guests, guest, &addresses.count);
	for (size_t i = 0; i < addresses.count; i++)
		gather_device(&addresses, &addresses.devices[i]);
	if (addresses.count == 0)
		gather(&addresses.gathered, CHECK_FAIL, guest->path, "no hostpci line",
			"the VM is given no device of this machine");
	status = addresses.gathered.status;
	gathered_say(&addresses.gathered, findings, guest->name,
		"every device that the VM names is there");
	if (status != CHECK_PASS)
		say_address_remedy(&addresses, status, findings);
	free(addresses.devices);
}

static void check_domain_addresses(const struct context *context,
	const struct domain_guest *guest, struct findings *findings)
{
	struct gathered gathered = {0};
	enum check_status status;

	for (size_t i = 0; i < guest->domain.hostdev_count; i++) {
		const struct domain_hostdev *hostdev = &guest->domain.hostdev[i];
		const struct pci_device *found =
			devices_find(&context->devices, &hostdev->address);
		CLEANUP_FREE char *line = line_path(guest->path, hostdev->line);
		char address[32];
		struct text text = text_in(address, sizeof(address));

		pci_address_format(&hostdev->address, &text);
		if (found == NULL || pci_device_is_bridge(found))
			gather(&gathered, CHECK_FAIL, line, address,
				found == NULL
					? "the VM names %s, where there is no device"
					: "the VM names %s, which is a bridge",
				address);
		else
			gather_evidence(&gathered, line, "%s: %s [%s]", found->address,
				found->name, found->id);
	}
	if (guest->domain.hostdev_count == 0)
		gather(&gathered, CHECK_FAIL, guest->path, "no <hostdev>",
			"the VM is given no PCI device of this machine");
	status = gathered.status;
	gathered_say(&gathered, findings, guest->name,
		"every device that the VM names is there");
	if (status != CHECK_PASS) {
		finding_remedy(findings, "name a device that is there in its <hostdev>");
		finding_command(findings, "virsh edit %s",
			guest->name + strlen("libvirt domain "));
	}
}

void check_addresses(const struct context *context, struct findings *findings)
{
	each_vm(context, findings, check_vm_addresses, check_domain_addresses);
}
