/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMs: the memory that passthrough pins, all of it from the start. */
#include <stdlib.h>
#include <string.h>

#include "tools/system/root.h"
#include "tools/guests/guests.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"

/* {1} is what the command needs: half of the machine's memory, or the domain's name. */
static const char too_big_title[] =
	"the VM has more memory than the machine: with a device all of it is locked from the "
	"start";
static const char less[] = "give it less; ballooning has no effect with a device";
VERDICT lockable = {CHECK_PASS, "the memory can be locked: Proxmox runs QEMU as root"};
VERDICT too_big = {CHECK_FAIL, too_big_title, less, "qm set {id} -memory {1}"};
VERDICT domain_too_big = {CHECK_FAIL, too_big_title, less, "virsh edit {1}"};
VERDICT limit_too_low = {CHECK_FAIL,
	"the VM may lock less memory than it needs: its hard_limit is too low",
	"remove <hard_limit>, so that libvirt sets it, or make it {2} KiB",
	"virsh edit {1}"};
VERDICT within_limit = {CHECK_PASS, "the memory can be locked"};
VERDICT libvirt_raises = {
	CHECK_PASS, "the memory can be locked: libvirt raises the limit itself"};

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

/* Says that the VM has more KiB than the machine, if so: true. */
static bool say_too_big(struct findings *findings, const struct verdict *verdict,
	const char *path, uint64_t memory, const char *name)
{
	uint64_t host = host_memory();
	CLEANUP_FREE char *half =
		format_text("%llu", (unsigned long long)host / 1024 / 2);

	if (host == 0 || memory < host)
		return false;
	verdict_row(findings, verdict, name != NULL ? name : half, NULL);
	finding_evidence(findings, path, "%llu MiB", (unsigned long long)memory / 1024);
	finding_evidence(findings, "/proc/meminfo", "MemTotal: %llu MiB",
		(unsigned long long)host / 1024);
	return true;
}

static void check_vm(const struct context *context, const struct vm_guest *guest,
	struct findings *findings)
{
	(void)context;
	if (say_too_big(findings, &too_big, guest->path, guest->vm.memory * 1024, NULL))
		return;
	verdict_row(findings, &lockable, NULL);
	finding_evidence(findings, guest->path, "memory: %llu MiB",
		(unsigned long long)guest->vm.memory);
}

/* KiB that the domain must be able to lock: VFIO pins all of a guest's memory, and QEMU
 * needs some for itself, for which libvirt adds 1 GiB. */
static uint64_t memory_to_lock(const struct domain *domain)
{
	/* with a virtual IOMMU each device pins the memory for itself */
	uint64_t times =
		domain->viommu && domain->hostdev_count > 1 ? domain->hostdev_count : 1;

	return domain->memory * times + (1ull << 20);
}

static void check_domain(const struct context *context, const struct domain_guest *guest,
	struct findings *findings)
{
	const struct domain *domain = &guest->domain;
	const char *name = domain_guest_name(guest);
	unsigned long long needed = memory_to_lock(domain);
	CLEANUP_FREE char *limit = format_text("%llu", needed);

	(void)context;
	if (say_too_big(findings, &domain_too_big, guest->path, domain->memory, name))
		return;
	if (domain->hard_limit > 0 && domain->hard_limit < needed) {
		verdict_row(findings, &limit_too_low, name, limit, NULL);
		finding_evidence(findings, guest->path,
			"hard_limit %llu KiB, needed %llu",
			(unsigned long long)domain->hard_limit, needed);
		return;
	}
	verdict_row(
		findings, domain->hard_limit > 0 ? &within_limit : &libvirt_raises, NULL);
	finding_evidence(findings, guest->path, "memory %llu KiB",
		(unsigned long long)domain->memory);
}

const struct check vm_memory_checks[] = {
	{.id = "VM-MEMLOCK",
		.about = "whether all of its memory can be locked",
		.run_vm = check_vm,
		.run_domain = check_domain},
	{0},
};
