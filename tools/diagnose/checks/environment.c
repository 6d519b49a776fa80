/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the diagnosis itself can see, and what the processor can do. */
#include <string.h>

#include "tools/system/root.h"
#include "tools/diagnose/verdict.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/log/kernel-log.h"

#define RUN_AS_ROOT "sudo vfio-early diagnose"
VERDICT runs_as_root = {CHECK_PASS, "run as root: what is not found is not there"};
VERDICT runs_as_user = {CHECK_INFO, "not run as root: what only root may read is unknown",
	"run it as root for all answers", RUN_AS_ROOT};

static void check_root(const struct context *context, struct findings *findings)
{
	verdict_row(findings, context->root ? &runs_as_root : &runs_as_user, NULL);
	if (!context->root)
		finding_evidence(
			findings, "/proc/self/status", "the effective user is not 0");
}

VERDICT all_read = {CHECK_PASS, "everything that was to be read was read"};
VERDICT not_read = {CHECK_UNKNOWN, "{1}", "the checks that need it had to do without it"};

static void check_read(const struct context *context, struct findings *findings)
{
	if (context->unread.count == 0)
		verdict_row(findings, &all_read, NULL);
	for (size_t i = 0; i < context->unread.count; i++)
		verdict_row(findings, &not_read, context->unread.line[i], NULL);
}

static const char log_cut[] =
	"the kernel log is not complete, so that a message that is not there proves nothing";
VERDICT log_whole = {
	CHECK_PASS, "the kernel log is complete since the start of this boot"};
VERDICT log_hidden = {CHECK_UNKNOWN, log_cut, "run it as root", RUN_AS_ROOT};
VERDICT log_lost = {CHECK_UNKNOWN, log_cut,
	"where the journal still has the whole boot, let it be read; a larger "
	"log_buf_len= on the kernel command line keeps more",
	"journalctl --dmesg --boot --output short-monotonic >/tmp/boot.log\n"
	"vfio-early diagnose --dmesg /tmp/boot.log"};

static void check_log(const struct context *context, struct findings *findings)
{
	const struct log *log = context->log;

	verdict_row(findings,
		log->complete	? &log_whole
		: context->root ? &log_lost
				: &log_hidden,
		NULL);
	if (log->complete)
		finding_evidence(findings, log->source, "%zu messages", log->count);
	else
		finding_evidence(findings, log->source, "%s", log->reason);
}

VERDICT not_locked = {CHECK_PASS, "the kernel is not locked down"};
VERDICT lock_unknown = {
	CHECK_UNKNOWN, "whether the kernel is locked down cannot be read without root"};
VERDICT locked = {CHECK_INFO,
	"the kernel is locked down (Secure Boot): unsigned modules, as DKMS may build "
	"them, do not load; vfio-early and vfio-pci are not affected",
	"nothing needs to be done for a VM; the host's own driver must be signed with a "
	"key the firmware trusts"};

static void check_lockdown(const struct context *context, struct findings *findings)
{
	static const char path[] = "/sys/kernel/security/lockdown";
	CLEANUP_FREE char *modes = root_read_word(path);

	if (modes == NULL) {
		verdict_row(findings, context->root ? &not_locked : &lock_unknown, NULL);
		finding_evidence(
			findings, path, context->root ? "absent" : "not readable");
		return;
	}
	verdict_row(
		findings, strstr(modes, "[none]") != NULL ? &not_locked : &locked, NULL);
	finding_evidence(findings, path, "%s", modes);
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

VERDICT vm_not_wanted = {CHECK_SKIP, "no card is wanted in a VM"};
VERDICT kvm_runs = {CHECK_PASS, "the processor's virtualization is usable"};
VERDICT kvm_off = {CHECK_FAIL, "KVM is not running, although the processor has {1}",
	"load KVM; if that fails, virtualization is off in the firmware setup",
	"modprobe {2}"};
VERDICT no_kvm = {CHECK_FAIL, "the processor offers no virtualization",
	"turn on virtualization (VT-x, or SVM) in the firmware setup; a machine "
	"that is itself a VM needs nested virtualization",
	.reboot = true};

static void check_virtualization(const struct context *context, struct findings *findings)
{
	CLEANUP_FREE char *read = root_read_word("/proc/cpuinfo");
	const char *cpuinfo = read != NULL ? read : "";
	bool intel = cpu_has(cpuinfo, "vmx"), amd = cpu_has(cpuinfo, "svm");
	bool there = root_exists("/dev/kvm");

	if (!context_wants(context, WANT_VM)) {
		verdict_row(findings, &vm_not_wanted, NULL);
		return;
	}
	if (there || (!intel && !amd))
		verdict_row(findings, there ? &kvm_runs : &no_kvm, NULL);
	else
		verdict_row(findings, &kvm_off, intel ? "VT-x" : "AMD-V",
			intel ? "kvm_intel" : "kvm_amd", NULL);
	finding_evidence(findings, "/dev/kvm", there ? "present" : "absent");
	if (!there)
		finding_evidence(findings, "/proc/cpuinfo", "flags: %s",
			intel ? "vmx"
			: amd ? "svm"
			      : "neither vmx nor svm");
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
