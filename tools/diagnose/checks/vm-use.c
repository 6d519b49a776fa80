/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: what two of them cannot have at once, and the memory that passthrough pins. */
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/diagnose/vm-checks.h"

/* One guest's use of one function. */
struct use {
	const char *name; /* of the guest */
	const char *path;
	unsigned int line;
	bool running;
};

static void gather_use(struct gathered *gathered, const struct use *self,
	const struct use *other, const struct pci_device *device, bool asked)
{
	CLEANUP_FREE char *line = line_path(other->path, other->line);

	if (other->running && !self->running)
		gather(gathered, asked ? CHECK_FAIL : CHECK_WARN, line, device->address,
			"%s runs and holds %s, so that this VM cannot start", other->name,
			device->address);
	else
		gather(gathered, CHECK_INFO, line, device->address,
			"%s names %s as well: only one of them can run at a time",
			other->name, device->address);
}

/* Every other guest that names the function. */
static void gather_others(struct gathered *gathered, const struct context *context,
	const struct use *self, const struct pci_device *device, bool asked)
{
	const struct pci_address *address = &device->facts.function.address;
	const struct guests *guests = context->guests;

	for (size_t i = 0; i < guests->vms; i++) {
		const struct vm_guest *guest = &guests->vm[i];
		size_t count;
		struct vm_device *devices;

		if (strcmp(guest->name, self->name) == 0 || guest->vm.template)
			continue;
		devices = vm_devices(guests, guest, &count);
		for (size_t j = 0; j < count; j++) {
			struct use other = {guest->name, guest->path,
				devices[j].from->from->line, guest->pid > 0};

			if (vm_device_is(&devices[j], address)) {
				gather_use(gathered, self, &other, device, asked);
				break;
			}
		}
		free(devices);
	}
	for (size_t i = 0; i < guests->domains; i++) {
		const struct domain_guest *guest = &guests->domain[i];

		if (strcmp(guest->name, self->name) == 0)
			continue;
		for (size_t j = 0; j < guest->domain.hostdev_count; j++) {
			const struct domain_hostdev *hostdev = &guest->domain.hostdev[j];
			struct use other = {
				guest->name, guest->path, hostdev->line, guest->running};

			if (pci_address_compare(&hostdev->address, address) == 0)
				gather_use(gathered, self, &other, device, asked);
		}
	}
}

static void say_use(
	struct gathered *gathered, struct findings *findings, const struct use *self)
{
	enum check_status status = gathered->status;

	if (gathered->path.count == 0)
		gather_evidence(gathered, self->path, "no other guest names them");
	gathered_say(gathered, findings, self->name, "no other guest wants the devices");
	if (status == CHECK_INFO)
		finding_remedy(
			findings, "nothing needs to be done as long as they take turns");
	else if (status != CHECK_PASS)
		finding_remedy(findings,
			"stop the other guest, or take the device from one of them");
}

static void check_vm_use(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	struct use self = {guest->name, guest->path, 0, guest->pid > 0};
	struct gathered gathered = {0};
	size_t count;
	struct vm_device *devices = vm_devices(context->guests, guest, &count);
	bool asked = context->request.machine == guest->id;

	for (size_t i = 0; i < count; i++) {
		const struct pci_device *device =
			devices_find(&context->devices, &devices[i].address);
		CLEANUP_FREE char *line =
			line_path(guest->path, devices[i].from->from->line);

		for (size_t j = 0; j < i; j++)
			if (devices[j].from != devices[i].from &&
				(vm_device_is(&devices[j], &devices[i].address) ||
					vm_device_is(&devices[i], &devices[j].address)))
				gather(&gathered, CHECK_FAIL, line, "assigned twice",
					"the VM names the same device twice, and Proxmox refuses to "
					"start it");
		if (device != NULL)
			gather_others(&gathered, context, &self, device, asked);
	}
	free(devices);
	say_use(&gathered, findings, &self);
}

static void check_domain_use(const struct context *context,
	const struct domain_guest *guest, struct findings *findings)
{
	struct use self = {guest->name, guest->path, 0, guest->running};
	struct gathered gathered = {0};

	for (size_t i = 0; i < guest->domain.hostdev_count; i++) {
		const struct pci_device *device = devices_find(
			&context->devices, &guest->domain.hostdev[i].address);

		if (device != NULL)
			gather_others(&gathered, context, &self, device,
				context->request.domain != NULL);
	}
	say_use(&gathered, findings, &self);
}

void check_double_use(const struct context *context, struct findings *findings)
{
	each_vm(context, findings, check_vm_use, check_domain_use);
}

/* MemTotal in KiB; 0 if it cannot be read */
static uint64_t host_memory(void)
{
	CLEANUP_FREE char *text = root_read_word("/proc/meminfo");
	struct span rest = span_of(text != NULL ? text : ""), line, word;
	uint64_t size = 0;

	while (span_line(&rest, &line))
		if (span_starts(line, "MemTotal:")) {
			line = span_from(line, strlen("MemTotal:"));
			if (span_word(&line, &word))
				span_number(word, 10, UINT64_MAX, &size);
		}
	return size;
}

/* VFIO pins all of a guest's memory, and QEMU needs some for itself. */
static const uint64_t overhead = 1ull << 20; /* KiB: what libvirt adds */

static bool say_too_big(
	struct findings *findings, const char *name, const char *path, uint64_t memory)
{
	uint64_t host = host_memory();

	if (host == 0 || memory < host)
		return false;
	finding(findings, CHECK_FAIL,
		"the VM has more memory than the machine: with a device all of it is locked "
		"from the start");
	finding_subject(findings, name);
	finding_evidence(findings, path, "%llu MiB", (unsigned long long)memory / 1024);
	finding_evidence(findings, "/proc/meminfo", "MemTotal: %llu MiB",
		(unsigned long long)host / 1024);
	finding_remedy(findings, "give it less; ballooning has no effect with a device");
	return true;
}

static void check_vm_memory(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	uint64_t memory = guest->vm.memory * 1024;

	(void)context;
	if (say_too_big(findings, guest->name, guest->path, memory)) {
		finding_command(findings, "qm set %ld -memory %llu", guest->id,
			(unsigned long long)host_memory() / 1024 / 2);
		return;
	}
	finding(findings, CHECK_PASS,
		"the memory can be locked: Proxmox runs QEMU as root");
	finding_subject(findings, guest->name);
	finding_evidence(findings, guest->path, "memory: %llu MiB",
		(unsigned long long)guest->vm.memory);
}

static void check_domain_memory(const struct context *context,
	const struct domain_guest *guest, struct findings *findings)
{
	const struct domain *domain = &guest->domain;
	/* with a virtual IOMMU each device pins the memory for itself */
	uint64_t times =
		domain->viommu && domain->hostdev_count > 1 ? domain->hostdev_count : 1;
	uint64_t needed = domain->memory * times + overhead;

	(void)context;
	if (say_too_big(findings, guest->name, guest->path, domain->memory)) {
		finding_command(findings, "virsh edit %s",
			guest->name + strlen("libvirt domain "));
		return;
	}
	if (domain->hard_limit > 0 && domain->hard_limit < needed) {
		finding(findings, CHECK_FAIL,
			"the VM may lock less memory than it needs: its hard_limit is too low");
		finding_subject(findings, guest->name);
		finding_evidence(findings, guest->path,
			"hard_limit %llu KiB, needed %llu",
			(unsigned long long)domain->hard_limit,
			(unsigned long long)needed);
		finding_remedy(findings,
			"remove <hard_limit>, so that libvirt sets it, or make it %llu "
			"KiB",
			(unsigned long long)needed);
		finding_command(findings, "virsh edit %s",
			guest->name + strlen("libvirt domain "));
		return;
	}
	finding(findings, CHECK_PASS, "the memory can be locked%s",
		domain->hard_limit > 0 ? "" : ": libvirt raises the limit itself");
	finding_subject(findings, guest->name);
	finding_evidence(findings, guest->path, "memory %llu KiB",
		(unsigned long long)domain->memory);
}

void check_memory(const struct context *context, struct findings *findings)
{
	each_vm(context, findings, check_vm_memory, check_domain_memory);
}

const struct check vm_use_checks[] = {
	{.id = "VM-DOUBLE-USE",
		.about = "whether another guest wants the same device",
		.run = check_double_use},
	{.id = "VM-MEMLOCK",
		.about = "whether all of its memory can be locked",
		.run = check_memory},
	{0},
};
