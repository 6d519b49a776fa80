/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which driver has the card, and which it is reserved for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/diagnose/checks/driverless.h"
#include "tools/diagnose/remedy.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/pci/mdev.h"
#include "tools/diagnose/guest-start.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/next-boot.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

/* Whether a wish needs NVIDIA's own driver, and not just any of the host. */
static bool needs_nvidia(const struct intent *intent)
{
	for (size_t i = 0; i < intent->count; i++)
		if (text_begins(intent->wish[i]->what, "/dev/nvidia"))
			return true;
	return false;
}

static const char other_driver[] = "the card is with {driver}, and {who} needs {1}";
VERDICT bound_well = {CHECK_PASS, "the card is with {driver}, as {who} needs it"};
VERDICT bound = {CHECK_INFO, "the card is with {driver}"};
VERDICT bound_for_one = {CHECK_INFO,
	"the card is with {driver}, which is right for one of those who want it"};
VERDICT not_vfio = {CHECK_FAIL, other_driver,
	"let vfio-early give it to vfio-pci before any other driver comes",
	"vfio-early enable {device}\nreboot", .reboot = true};
VERDICT in_pieces = {CHECK_FAIL,
	"{driver} has split the card, and {who} needs all of it: vfio-pci takes no card that "
	"is in pieces",
	"let {who} have one of the pieces, or see that nobody makes them any more"};
VERDICT bound_at_start = {CHECK_INFO,
	"the card is with {driver} now, and goes to vfio-pci when {who} starts",
	"nothing needs to be done"};
VERDICT taken_at_start = {CHECK_WARN,
	"the card is with {driver} now, and goes to vfio-pci when {who} starts: a display "
	"driver may not let go of it, and the start hangs",
	"nothing needs to be done if the start works; otherwise let vfio-early give it to "
	"vfio-pci before any other driver comes",
	"vfio-early enable {device}\nreboot", .reboot = true};
VERDICT until_boot = {CHECK_FAIL,
	"the card is with {driver} until the next boot gives it to vfio-pci for {who}",
	"restart when it suits", "reboot", .reboot = true};
VERDICT ours_until_boot = {CHECK_FAIL, other_driver,
	"vfio-early gives it back with the next boot; see that nothing else claims "
	"it (DRV-OTHER-CLAIMS)",
	"reboot", .reboot = true};
VERDICT ours = {CHECK_FAIL, other_driver,
	"give the card back to the host, and remove what else claims it "
	"(DRV-OTHER-CLAIMS)",
	"vfio-early disable\nreboot", .reboot = true};
VERDICT not_ours = {CHECK_FAIL, other_driver,
	"remove what claims it for vfio-pci: DRV-OTHER-CLAIMS names it", "reboot",
	.reboot = true};
VERDICT nvidia_missing = {CHECK_FAIL, other_driver,
	"load the driver; DRV-NVIDIA-STATE says what keeps it away", "modprobe nvidia"};
VERDICT not_nvidia = {CHECK_FAIL, other_driver, "keep {driver} away from the card",
	"echo blacklist {driver} >/etc/modprobe.d/no-{driver}.conf", .reboot = true};

/* The host is to have the card: is it with the right one of the host's drivers? NULL: it
 * is with none, for a reason that is to be looked for. */
static const struct verdict *judge_host(
	const struct context *context, const struct intent *intent)
{
	const char *driver = intent->device->facts.driver;
	bool nvidia = needs_nvidia(intent);

	if (driver_is_vfio(driver) && !intent_is_ours(intent))
		return &not_ours;
	if (driver_is_vfio(driver))
		return next_boot_returns(context, intent) ? &ours_until_boot : &ours;
	if (driver[0] == '\0' || strcmp(driver, "pci-stub") == 0)
		return nvidia ? &nvidia_missing : NULL;
	return nvidia && strcmp(driver, "nvidia") != 0 ? &not_nvidia : &bound_well;
}

/* The card is to go to a VM. */
static const struct verdict *judge_vm(
	const struct context *context, const struct intent *intent)
{
	if (driver_is_vfio(intent->device->facts.driver))
		return &bound_well;
	if (card_pieces(&context->devices, intent->device) > 0)
		return &in_pieces;
	if (next_boot_takes(context, intent))
		return &until_boot;
	if (!start_binds(context, intent))
		return &not_vfio;
	return start_may_hang(intent->device) ? &taken_at_start : &bound_at_start;
}

static void check_bound(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "driver");
	const char *driver = intent->device->facts.driver;
	const struct verdict *verdict = &bound;
	const char *needed = "vfio-pci";

	if (intent->want == WANT_VM) {
		verdict = judge_vm(context, intent);
	} else if (intent->want == WANT_HOST) {
		verdict = judge_host(context, intent);
		needed = needs_nvidia(intent) ? "the nvidia driver"
					      : "a driver of the host";
	} else if (intent->want == WANT_BOTH) {
		verdict = &bound_for_one;
	}
	if (verdict == NULL)
		driverless_row(context, intent, needed, findings);
	else
		verdict_row(findings, verdict, needed, NULL);
	finding_evidence(findings, path, "%s", driver[0] != '\0' ? driver : "absent");
	/* the image may hold the driver, and loads it before the root is there */
	if (verdict == &not_nvidia) {
		remedy_make_images(findings);
		finding_command(findings, "reboot");
	}
}

static const char cleared[] = "(null)";
VERDICT reserved_wrongly = {CHECK_FAIL,
	"{1} is reserved for {2}: no other driver gets it, and {who} needs another",
	"take the reservation away; whoever made it (DRV-OTHER-CLAIMS) makes it "
	"again with the next boot",
	"echo >{3}"};
VERDICT cannot_reserve = {CHECK_SKIP, "this kernel has no driver_override"};
VERDICT override_hangs = {CHECK_UNKNOWN,
	"whether the card is reserved for a driver cannot be read: {1}",
	"end the program or the VM that uses the card: what waits for it, as an unbind in "
	"the running system, goes on then"};
VERDICT not_reserved = {CHECK_PASS, "the card is reserved for no driver"};
VERDICT reserved_well = {CHECK_PASS, "the card is reserved for the right driver"};

static bool is_wrong(const struct pci_device *function, const char *override, bool vm)
{
	return override != NULL && override[0] != '\0' &&
	       strcmp(override, cleared) != 0 && driver_is_vfio(override) != vm &&
	       strcmp(override, function->facts.driver) != 0;
}

static const char *why_unread(int error)
{
	return error == -ETIMEDOUT
		       ? "its driver_override does not answer, as when an unbind "
			 "of it waits"
		       : strerror(-error);
}

static void check_override(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	CLEANUP_FREE char *path = attribute_path(intent->device, "driver_override");
	CLEANUP_FREE char *value = NULL;
	int error = root_read_line(path, &value);

	for (size_t i = 0;
		i < card.count && (intent_is_vm(intent) || intent_is_host(intent)); i++) {
		const struct pci_device *function = &card.function[i];
		CLEANUP_FREE char *where = attribute_path(function, "driver_override");
		CLEANUP_FREE char *wrong = attribute_read(function, "driver_override");

		if (!is_wrong(function, wrong, intent_is_vm(intent)))
			continue;
		verdict_row(findings, &reserved_wrongly, function->address, wrong, where,
			NULL);
		finding_evidence(findings, where, "%s", wrong);
		return;
	}
	if (error < 0 && error != -ENOENT) {
		verdict_row(findings, &override_hangs, why_unread(error), NULL);
		finding_evidence(findings, path, "%s", strerror(-error));
		return;
	}
	verdict_row(findings,
		value == NULL					  ? &cannot_reserve
		: value[0] == '\0' || strcmp(value, cleared) == 0 ? &not_reserved
								  : &reserved_well,
		NULL);
	if (value != NULL)
		finding_evidence(findings, path, "%s", value);
}

const struct check driver_checks[] = {
	{.id = "DRV-BOUND",
		.about = "whether the card is with the driver that its purpose needs",
		.run_device = check_bound},
	{.id = "DRV-OVERRIDE",
		.about = "whether the card is reserved for a driver",
		.run_device = check_override},
	{0},
};
