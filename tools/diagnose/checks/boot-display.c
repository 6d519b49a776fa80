/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the host's screen hangs on the card. */
#include <string.h>

#include "hook/display.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/attribute.h"
#include "tools/text/string.h"

VERDICT display_elsewhere = {CHECK_PASS, "the firmware's display is another card"};
VERDICT is_display = {CHECK_INFO, "this is the firmware's display"};
VERDICT takes_display = {CHECK_WARN,
	"this is the firmware's display: the host's screen goes dark, and a VM may need a "
	"copy of the card's ROM",
	"choose another card as first display in the firmware setup if there is one; if "
	"the VM's screen stays black, give it the ROM with romfile=; have another way into "
	"the host (SSH, serial console)"};

VERDICT takes_only_display = {CHECK_WARN, "{1}",
	"have another way into the host (SSH, serial console); if the VM's screen stays "
	"black, give it a copy of the card's ROM with romfile="};

/* The card's display, also where boot_vga and the framebuffer contradict each other: two
 * words of the firmware, of which nobody knows the right one. */
static const struct pci_device *find_firmware_display(
	const struct context *context, const struct card *card)
{
	const uint8_t all = context->devices.display_signs;

	for (size_t i = 0; i < card->count; i++)
		if ((card->function[i].facts.signs & SIGN_BOOT_VGA) != 0 &&
			(all & SIGN_FRAMEBUFFER) != 0 && (all & SIGN_BOOT_DISPLAY) == 0)
			return &card->function[i];
	return card_boot_display(card);
}

static void show_sign(struct findings *findings, const struct pci_device *display)
{
	static const struct {
		enum display_sign sign;
		const char *file, *value;
	} signs[] = {
		{SIGN_BOOT_DISPLAY, "boot_display", "1"},
		{SIGN_BOOT_VGA, "boot_vga", "1"},
		{SIGN_FRAMEBUFFER, "resource", "the firmware's framebuffer is in it"},
		{SIGN_PANEL, "drm", "a built-in panel"},
		{SIGN_CONNECTED, "drm", "a monitor is connected"},
		{SIGN_VGA_CONNECTED, "drm", "a monitor is connected"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if ((display->facts.signs & signs[i].sign) != 0) {
			CLEANUP_FREE char *path = attribute_path(display, signs[i].file);

			finding_evidence(findings, path, "%s", signs[i].value);
			return;
		}
}

static void check_boot_display(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	const struct pci_device *display = find_firmware_display(context, &card);
	const char *only = devices_nothing_to_choose(&context->devices);

	if (display == NULL) {
		verdict_row(findings, &display_elsewhere, NULL);
		return;
	}
	verdict_row(findings,
		!intent_is_vm(intent) ? &is_display
		: only != NULL	      ? &takes_only_display
				      : &takes_display,
		only, NULL);
	show_sign(findings, display);
}

const struct check boot_display_checks[] = {
	{.id = "DEV-BOOT-GPU",
		.about = "whether the card is the firmware's display",
		.run_device = check_boot_display},
	{0},
};
