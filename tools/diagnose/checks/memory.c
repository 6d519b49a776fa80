/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card's memory regions, who else holds them, and the firmware's display. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/intent.h"

enum {
	BARS = 6,
	FLAG_IO = 0x100,
	FLAG_MEMORY = 0x200,
	FLAG_UNSET = 0x20000000, /* IORESOURCE_UNSET */
};

/* A memory region; `last` is inside. */
struct region {
	uint64_t first, last, flags;
	bool used;
};

/* The lines of "resource": first, last and flags of each BAR. False if unreadable. */
static bool read_bars(const struct pci_device *device, struct region bar[BARS])
{
	CLEANUP_FREE char *text = attribute_read(device, "resource");
	const char *line = text;

	memset(bar, 0, BARS * sizeof(*bar));
	for (int i = 0; i < BARS && line != NULL; i++) {
		struct region *one = &bar[i];

		if (sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64, &one->first,
			    &one->last, &one->flags) == 3)
			one->used =
				(one->flags & FLAG_MEMORY) != 0 && one->last > one->first;
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return text != NULL;
}

/* "256 MiB", "8 GiB", "4 KiB" */
static char *size_text(uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	size_t unit = 0;

	while (bytes >= 1024 && bytes % 1024 == 0 && unit + 1 < ARRAY_SIZE(units)) {
		bytes /= 1024;
		unit++;
	}
	return format_text("%" PRIu64 " %s", bytes, units[unit]);
}

/* The largest size that resourceN_resize offers: bit k of it is 2^k MiB. 0: none. */
static uint64_t largest_size(const struct pci_device *device, int bar)
{
	CLEANUP_FREE char *name = format_text("resource%d_resize", bar);
	CLEANUP_FREE char *text = attribute_read(device, name);
	uint64_t sizes = text != NULL ? strtoull(text, NULL, 16) : 0;

	return sizes == 0 ? 0 : (uint64_t)1 << (63 - __builtin_clzll(sizes)) << 20;
}

static void show_sizes(struct findings *findings, const struct pci_device *device,
	const struct region bar[BARS])
{
	CLEANUP_FREE char *path = attribute_path(device, "resource");

	for (int i = 0; i < BARS; i++) {
		uint64_t size = bar[i].last - bar[i].first + 1;
		CLEANUP_FREE char *now = size_text(size);
		uint64_t most = largest_size(device, i);
		CLEANUP_FREE char *possible = size_text(most);

		if (!bar[i].used)
			continue;
		if (most > size)
			finding_evidence(findings, path, "BAR %d: %s, resizable up to %s",
				i, now, possible);
		else
			finding_evidence(findings, path, "BAR %d: %s", i, now);
	}
}

static void check_bars(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "resource");
	struct region bar[BARS];
	bool any = false;

	(void)context;
	if (!read_bars(intent->device, bar)) {
		finding(findings, CHECK_UNKNOWN,
			"the card's memory regions cannot be "
			"read");
		finding_evidence(findings, path, "not readable");
		return;
	}
	for (int i = 0; i < BARS; i++) {
		any = any || bar[i].used;
		if (!bar[i].used ||
			(bar[i].first != 0 && (bar[i].flags & FLAG_UNSET) == 0))
			continue;
		finding(findings, CHECK_FAIL,
			"memory region %d of the card found no place in the address space",
			i);
		show_sizes(findings, intent->device, bar);
		finding_remedy(findings,
			"turn on \"Above 4G decoding\" in the firmware setup; if there is "
			"none, boot with pci=realloc");
		finding_needs_reboot(findings);
		return;
	}
	if (!any) {
		finding(findings, CHECK_SKIP, "the card has no memory regions");
		return;
	}
	finding(findings, CHECK_PASS, "the card's memory regions have their places");
	show_sizes(findings, intent->device, bar);
}

static bool is_console(const char *name)
{
	static const char *const names[] = {
		"BOOTFB", "efifb", "simplefb", "simple-framebuffer", "vesafb"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (text_begins(name, names[i]))
			return true;
	return false;
}

/*
 * The boot console's region inside one of the BARs: a line of /proc/iomem, malloc'ed.
 * `*hidden`: all addresses are 0, which is what all but root are shown.
 */
static char *console_in(const char *iomem, const struct region bar[BARS], bool *hidden)
{
	*hidden = true;
	for (const char *line = iomem; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		uint64_t first, last;
		int name = 0;

		if (sscanf(line, " %" SCNx64 "-%" SCNx64 " : %n", &first, &last, &name) ==
				2 &&
			name > 0) {
			*hidden = *hidden && last == 0;
			for (int i = 0; i < BARS; i++)
				if (is_console(line + name) && bar[i].used && last != 0 &&
					first >= bar[i].first && last <= bar[i].last) {
					line += strspn(line, " ");
					return format_text(
						"%.*s", (int)strcspn(line, "\n"), line);
				}
		}
		line += length;
		line += *line == '\n';
	}
	return NULL;
}

static void check_owner(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	static const char path[] = "/proc/iomem";
	CLEANUP_FREE char *iomem = NULL, *owner = NULL;
	struct region bar[BARS];
	bool hidden, vga = intent->device->facts.class >> 8 == 0x0300;

	(void)context;
	if (!intent_is_vm(intent)) {
		finding(findings, CHECK_SKIP, "the card is not wanted in a VM");
		return;
	}
	if (root_read(path, &iomem, NULL) < 0 || !read_bars(intent->device, bar)) {
		finding(findings, CHECK_UNKNOWN,
			"who holds the card's memory cannot be "
			"read");
		finding_evidence(findings, path, "not readable");
		return;
	}
	owner = console_in(iomem, bar, &hidden);
	if (owner == NULL && hidden) {
		finding(findings, CHECK_UNKNOWN,
			"who holds the card's memory is shown to root only");
		finding_evidence(findings, path, "all addresses are 0");
		return;
	}
	if (owner == NULL) {
		finding(findings, CHECK_PASS, "no boot console holds the card's memory");
		return;
	}
	if (vga && !driver_is_vfio(intent->device->facts.driver)) {
		finding(findings, CHECK_INFO,
			"the boot console is on this card; vfio-pci takes it away when it "
			"is bound");
		finding_evidence(findings, path, "%s", owner);
		finding_remedy(findings, "nothing needs to be done");
		return;
	}
	finding(findings, CHECK_FAIL,
		"the boot console still holds memory of the card: a VM cannot map it%s",
		vga ? ""
		    : "; vfio-pci takes it away from cards of class 0300 only, and this is "
		      "none");
	finding_evidence(findings, path, "%s", owner);
	finding_remedy(findings,
		"let the firmware show its output on another card, or keep the kernel's "
		"console off this one: video=efifb:off (older kernels), or "
		"initcall_blacklist=sysfb_init");
	finding_needs_reboot(findings);
}

static void check_boot_display(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	struct card card = intent_card(context, intent);
	const struct pci_device *display = card_boot_display(&card);

	if (display == NULL) {
		finding(findings, CHECK_PASS, "the firmware's display is another card");
		return;
	}
	if (!intent_is_vm(intent)) {
		finding(findings, CHECK_INFO, "this is the firmware's display");
	} else {
		finding(findings, CHECK_WARN,
			"this is the firmware's display: the host's screen goes dark, and a "
			"VM may need a copy of the card's ROM");
		finding_remedy(findings,
			"choose another card as first display in the firmware setup if there "
			"is one; if the VM's screen stays black, give it the ROM with "
			"romfile=; have another way into the host (SSH, serial console)");
	}
	{
		CLEANUP_FREE char *path = attribute_path(display, "boot_vga");

		finding_evidence(findings, path, "1");
	}
}

const struct check memory_checks[] = {
	{.id = "DEV-BARS",
		.about = "whether the card's memory has its place in the address space",
		.run_device = check_bars},
	{.id = "DEV-BAR-OWNER",
		.about = "whether the boot console holds the card's memory",
		.run_device = check_owner},
	{.id = "DEV-BOOT-GPU",
		.about = "whether the card is the firmware's display",
		.run_device = check_boot_display},
	{0},
};
