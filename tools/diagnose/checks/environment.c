/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the diagnosis itself can see, and what the processor can do. */
#include <string.h>

#include "tools/system/root.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/log/kernel-log.h"

static void check_root(const struct context *context, struct findings *findings)
{
	if (context->root) {
		finding(findings, CHECK_PASS,
			"run as root: what is not found is not there");
		return;
	}
	finding(findings, CHECK_INFO,
		"not run as root: what only root may read is unknown");
	finding_evidence(findings, "/proc/self/status", "the effective user is not 0");
	finding_remedy(findings, "run it as root for all answers");
	finding_command(findings, "sudo vfio-early diagnose");
}

static void check_read(const struct context *context, struct findings *findings)
{
	if (context->unread.count == 0)
		finding(findings, CHECK_PASS, "everything that was to be read was read");
	for (size_t i = 0; i < context->unread.count; i++) {
		finding(findings, CHECK_UNKNOWN, "%s", context->unread.line[i]);
		finding_remedy(findings, "the checks that need it had to do without it");
	}
}

static void check_log(const struct context *context, struct findings *findings)
{
	const struct log *log = context->log;

	if (log->complete) {
		finding(findings, CHECK_PASS,
			"the kernel log is complete since the start of this boot");
		finding_evidence(findings, log->source, "%zu messages", log->count);
		return;
	}
	finding(findings, CHECK_UNKNOWN,
		"the kernel log is not complete, so that a message that is not there "
		"proves nothing");
	finding_evidence(findings, log->source, "%s", log->reason);
	if (!context->root) {
		finding_remedy(findings, "run it as root");
		finding_command(findings, "sudo vfio-early diagnose");
		return;
	}
	finding_remedy(findings,
		"where the journal still has the whole boot, let it be read; a larger "
		"log_buf_len= on the kernel command line keeps more");
	finding_command(findings, "journalctl --dmesg --boot --output short-monotonic "
				  ">/tmp/boot.log");
	finding_command(findings, "vfio-early diagnose --dmesg /tmp/boot.log");
}

static void check_lockdown(const struct context *context, struct findings *findings)
{
	static const char path[] = "/sys/kernel/security/lockdown";
	CLEANUP_FREE char *modes = root_read_word(path);

	if (modes == NULL && !context->root) {
		finding(findings, CHECK_UNKNOWN,
			"whether the kernel is locked down cannot be read without root");
		finding_evidence(findings, path, "not readable");
		return;
	}
	if (modes == NULL || strstr(modes, "[none]") != NULL) {
		finding(findings, CHECK_PASS, "the kernel is not locked down");
		finding_evidence(findings, path, "%s", modes != NULL ? modes : "absent");
		return;
	}
	finding(findings, CHECK_INFO,
		"the kernel is locked down (Secure Boot): unsigned modules, as DKMS may "
		"build them, do not load; vfio-early and vfio-pci are not affected");
	finding_evidence(findings, path, "%s", modes);
	finding_remedy(findings, "nothing needs to be done for a VM; the host's own "
				 "driver must be signed with a key the firmware trusts");
}

/* The value of "NAME : VALUE" in /proc/cpuinfo for the first processor. */
static bool cpu_has(const char *cpuinfo, const char *flag)
{
	const char *line = strstr(cpuinfo, "\nflags");
	size_t length = strlen(flag);
	const char *end;

	if (line == NULL)
		return false;
	end = line + 1 + strcspn(line + 1, "\n");
	for (const char *at = line; (at = strstr(at, flag)) != NULL && at < end;
		at += length)
		if (at[-1] == ' ' && (at[length] == ' ' || at + length == end))
			return true;
	return false;
}

static void check_virtualization(const struct context *context, struct findings *findings)
{
	CLEANUP_FREE char *cpuinfo = NULL;
	const char *flag = NULL;

	if (!context_wants(context, WANT_VM)) {
		finding(findings, CHECK_SKIP, "no card is wanted in a VM");
		return;
	}
	if (root_exists("/dev/kvm")) {
		finding(findings, CHECK_PASS, "the processor's virtualization is usable");
		finding_evidence(findings, "/dev/kvm", "present");
		return;
	}
	if (root_read("/proc/cpuinfo", &cpuinfo, NULL) == 0)
		flag = cpu_has(cpuinfo, "vmx")	 ? "vmx"
		       : cpu_has(cpuinfo, "svm") ? "svm"
						 : NULL;
	if (flag != NULL) {
		finding(findings, CHECK_FAIL,
			"KVM is not running, although the processor has %s",
			strcmp(flag, "vmx") == 0 ? "VT-x" : "AMD-V");
		finding_evidence(findings, "/dev/kvm", "absent");
		finding_evidence(findings, "/proc/cpuinfo", "flags: %s", flag);
		finding_remedy(findings, "load KVM; if that fails, virtualization is off "
					 "in the firmware setup");
		finding_command(findings, "modprobe %s",
			strcmp(flag, "vmx") == 0 ? "kvm_intel" : "kvm_amd");
		return;
	}
	finding(findings, CHECK_FAIL, "the processor offers no virtualization");
	finding_evidence(findings, "/dev/kvm", "absent");
	finding_evidence(findings, "/proc/cpuinfo", "flags: neither vmx nor svm");
	finding_remedy(findings,
		"turn on virtualization (VT-x, or SVM) in the firmware setup; a machine "
		"that is itself a VM needs nested virtualization");
	finding_needs_reboot(findings);
}

const struct check environment_checks[] = {
	{.id = "ENV-ROOT",
		.about = "whether the diagnosis may read everything",
		.run = check_root},
	{.id = "ENV-READ",
		.about = "whether everything that it needs could be read",
		.run = check_read},
	{.id = "ENV-LOG-COMPLETE",
		.about = "whether the kernel log reaches back to the start of this boot",
		.run = check_log},
	{.id = "ENV-LOCKDOWN",
		.about = "whether the kernel is locked down",
		.run = check_lockdown},
	{.id = "CPU-VIRT",
		.about = "whether the processor can run VMs",
		.run = check_virtualization},
	{0},
};
