/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which driver has the card, and which it is reserved for. */
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/intent.h"

/* Whether a wish needs NVIDIA's own driver, and not just any of the host. */
static bool needs_nvidia(const struct intent *intent)
{
	for (size_t i = 0; i < intent->count; i++)
		if (strncmp(intent->wish[i]->what, "/dev/nvidia", 11) == 0)
			return true;
	return false;
}

static void remedy_for_vm(struct findings *findings, const struct intent *intent)
{
	finding_remedy(findings,
		"let vfio-early give it to vfio-pci before any other driver comes");
	finding_command(findings, "vfio-early enable %s", intent->device->address);
	finding_command(findings, "reboot");
	finding_needs_reboot(findings);
}

static void remedy_for_host(const struct context *context, struct findings *findings,
	const struct intent *intent)
{
	if (intent_is_ours(intent) && context->loader.next == NEXT_NORMAL) {
		finding_remedy(findings,
			"vfio-early gives it back with the next boot; see that nothing else "
			"claims it (DRV-OTHER-CLAIMS)");
	} else if (intent_is_ours(intent)) {
		finding_remedy(findings,
			"give the card back to the host, and remove what else claims it "
			"(DRV-OTHER-CLAIMS)");
		finding_command(findings, "vfio-early disable");
	} else {
		finding_remedy(findings,
			"remove what claims it for vfio-pci: DRV-OTHER-CLAIMS names it");
	}
	finding_command(findings, "reboot");
	finding_needs_reboot(findings);
}

/* The host is to have the card: is it with the right one of the host's drivers? */
static void judge_host(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	const char *driver = intent->device->facts.driver;
	const char *needed =
		needs_nvidia(intent) ? "the nvidia driver" : "a driver of the host";

	if (driver_is_vfio(driver)) {
		finding(findings, CHECK_FAIL, "the card is with %s, and %s needs %s",
			driver, intent_who(intent), needed);
		remedy_for_host(context, findings, intent);
	} else if (driver[0] == '\0' || strcmp(driver, "pci-stub") == 0) {
		finding(findings, CHECK_FAIL, "the card is with %s, and %s needs %s",
			driver_text(intent->device), intent_who(intent), needed);
		finding_remedy(findings,
			needs_nvidia(intent)
				? "load the driver; DRV-NVIDIA-STATE says what keeps it away"
				: "load the card's driver");
		if (needs_nvidia(intent))
			finding_command(findings, "modprobe nvidia");
	} else if (needs_nvidia(intent) && strcmp(driver, "nvidia") != 0) {
		finding(findings, CHECK_FAIL, "the card is with %s, and %s needs %s",
			driver, intent_who(intent), needed);
		finding_remedy(findings, "keep %s away from the card", driver);
		finding_command(findings, "echo blacklist %s >/etc/modprobe.d/no-%s.conf",
			driver, driver);
		finding_command(findings, "update-initramfs -u -k all");
		finding_command(findings, "reboot");
		finding_needs_reboot(findings);
	} else {
		finding(findings, CHECK_PASS, "the card is with %s, as %s needs it",
			driver, intent_who(intent));
	}
}

static void check_bound(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "driver");
	const char *driver = intent->device->facts.driver;

	if (intent->want == WANT_VM && driver_is_vfio(driver)) {
		finding(findings, CHECK_PASS, "the card is with %s, as %s needs it",
			driver, intent_who(intent));
	} else if (intent->want == WANT_VM) {
		finding(findings, CHECK_FAIL,
			"the card is with %s, and %s needs vfio-pci",
			driver_text(intent->device), intent_who(intent));
		remedy_for_vm(findings, intent);
	} else if (intent->want == WANT_HOST) {
		judge_host(context, intent, findings);
	} else {
		finding(findings, CHECK_INFO, "the card is with %s%s",
			driver_text(intent->device),
			intent->want == WANT_BOTH
				? ", which is right for one of those who want it"
				: "");
	}
	finding_evidence(findings, path, "%s", driver[0] != '\0' ? driver : "absent");
}

/* The function of the card with this kind of driver_override; NULL if none has. */
static const struct pci_device *overridden(
	const struct card *card, bool vm, char **override)
{
	for (size_t i = 0; i < card->count; i++) {
		char *value = attribute_read(&card->function[i], "driver_override");

		if (value != NULL && value[0] != '\0' && strcmp(value, "(null)") != 0 &&
			driver_is_vfio(value) != vm &&
			strcmp(value, card->function[i].facts.driver) != 0) {
			*override = value;
			return &card->function[i];
		}
		free(value);
	}
	return NULL;
}

static void check_override(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	CLEANUP_FREE char *path = attribute_path(intent->device, "driver_override");
	CLEANUP_FREE char *value = attribute_read(intent->device, "driver_override");
	CLEANUP_FREE char *wrong = NULL;
	const struct pci_device *function = NULL;

	if (intent_is_vm(intent) || intent_is_host(intent))
		function = overridden(&card, intent_is_vm(intent), &wrong);
	if (function != NULL) {
		CLEANUP_FREE char *where = attribute_path(function, "driver_override");

		finding(findings, CHECK_FAIL,
			"%s is reserved for %s: no other driver gets it, and %s needs "
			"another",
			function->address, wrong, intent_who(intent));
		finding_evidence(findings, where, "%s", wrong);
		finding_remedy(findings,
			"take the reservation away; whoever made it (DRV-OTHER-CLAIMS) "
			"makes it again with the next boot");
		finding_command(findings, "echo >%s", where);
		return;
	}
	if (value == NULL) {
		finding(findings, CHECK_SKIP, "this kernel has no driver_override");
		return;
	}
	finding(findings, CHECK_PASS,
		value[0] == '\0' || strcmp(value, "(null)") == 0
			? "the card is reserved for no driver"
			: "the card is reserved for the right driver");
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
