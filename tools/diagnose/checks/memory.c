/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card's memory regions, who else holds them, and the firmware's display. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/driver.h"
#include "cmdline/address.h"
#include "tools/text/string.h"
#include "tools/system/root.h"
#include "tools/pci/attribute.h"
#include "tools/diagnose/intent.h"
#include "tools/diagnose/verdict.h"
#include "tools/pci/cards.h"

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

VERDICT bars_placed = {CHECK_PASS, "the card's memory regions have their places"};
VERDICT no_bars = {CHECK_SKIP, "the card has no memory regions"};
VERDICT bars_unknown = {CHECK_UNKNOWN, "the card's memory regions cannot be read"};
VERDICT bar_homeless = {CHECK_FAIL,
	"memory region {1} of the card found no place in the address space",
	"turn on \"Above 4G decoding\" in the firmware setup; if there is none, boot with "
	"pci=realloc",
	.reboot = true};

VERDICT bar_beyond_port = {CHECK_FAIL,
	"memory region {1} of the card found no place in the window of the hot-plug or "
	"Thunderbolt port that it is behind",
	"plug it in before the machine is switched on, or have the kernel keep a larger "
	"window for such ports: pci=hpmmiosize=256M,hpmmioprefsize=32G on the kernel command "
	"line",
	.reboot = true};

/* The slots of hot-plug drivers: /sys/bus/pci/slots/N/address is "0000:05:00". One that
 * ACPI merely gives a number to has no switch. */
static bool is_in_slot(const struct pci_address *address)
{
	static const char slots[] = "/sys/bus/pci/slots";
	char **names = root_list(slots);
	bool found = false;

	for (size_t i = 0; names[i] != NULL && !found; i++) {
		CLEANUP_FREE char *path = format_text("%s/%s/address", slots, names[i]);
		CLEANUP_FREE char *power = format_text("%s/%s/power", slots, names[i]);
		CLEANUP_FREE char *where = root_read_word(path);
		char own[24];
		struct text text = text_in(own, sizeof(own));

		pci_address_format(address, &text);
		found = where != NULL && strlen(where) == strlen("0000:05:00") &&
			text_begins(own, where) && root_exists(power);
	}
	root_list_free(names);
	return found;
}

/* Whether it, or a bridge above it, can be plugged in as the system runs; the kernel
 * calls what is behind an external port "removable". */
static bool is_hot_plugged(const struct pci_device *device)
{
	const struct pci_function *function = &device->facts.function;
	CLEANUP_FREE char *removable = attribute_read(device, "removable");
	bool found = (removable != NULL && strcmp(removable, "removable") == 0) ||
		     is_in_slot(&function->address);

	for (unsigned int i = 0; i < function->depth && !found; i++)
		found = is_in_slot(&function->above[i]);
	return found;
}

static const struct verdict *judge_bars(const struct region bar[BARS], int *homeless)
{
	const struct verdict *verdict = &no_bars;

	for (int i = 0; i < BARS; i++) {
		if (!bar[i].used)
			continue;
		verdict = &bars_placed;
		if (bar[i].first == 0 || (bar[i].flags & FLAG_UNSET) != 0) {
			*homeless = i;
			return &bar_homeless;
		}
	}
	return verdict;
}

static void check_bars(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	CLEANUP_FREE char *path = attribute_path(intent->device, "resource");
	CLEANUP_FREE char *number = NULL;
	struct region bar[BARS];
	const struct verdict *verdict;
	int homeless = 0;

	(void)context;
	if (!read_bars(intent->device, bar)) {
		verdict_row(findings, &bars_unknown, NULL);
		finding_evidence(findings, path, "not readable");
		return;
	}
	verdict = judge_bars(bar, &homeless);
	if (verdict == &bar_homeless && is_hot_plugged(intent->device))
		verdict = &bar_beyond_port;
	number = format_text("%d", homeless);
	verdict_row(findings, verdict, number, NULL);
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

static bool is_inside(uint64_t first, uint64_t last, const struct region bar[BARS])
{
	for (int i = 0; i < BARS; i++)
		if (bar[i].used && last != 0 && first >= bar[i].first &&
			last <= bar[i].last)
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
			if (is_console(line + name) && is_inside(first, last, bar)) {
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

#define STILL_HELD "the boot console still holds memory of the card: a VM cannot map it"
#define FREE_IT \
	"let the firmware show its output on another card, or keep the kernel's console " \
	"off this one: video=efifb:off (older kernels), or initcall_blacklist=sysfb_init"
VERDICT not_for_vm = {CHECK_SKIP, "the card is not wanted in a VM"};
VERDICT owner_unknown = {CHECK_UNKNOWN, "who holds the card's memory cannot be read"};
VERDICT owner_hidden = {
	CHECK_UNKNOWN, "who holds the card's memory is shown to root only"};
VERDICT no_owner = {CHECK_PASS, "no boot console holds the card's memory"};
VERDICT owner_leaves = {CHECK_INFO,
	"the boot console is on this card; vfio-pci takes it away when it is bound",
	"nothing needs to be done"};
VERDICT owner_stays = {CHECK_FAIL, STILL_HELD, FREE_IT, .reboot = true};
VERDICT owner_of_3d_card = {CHECK_FAIL,
	STILL_HELD
	"; vfio-pci takes it away from cards of class 0300 only, and this is none",
	FREE_IT, .reboot = true};

static const struct verdict *judge_owner(
	const struct pci_device *device, const char *owner, bool hidden)
{
	if (owner == NULL)
		return hidden ? &owner_hidden : &no_owner;
	if (device->facts.class >> 8 != 0x0300)
		return &owner_of_3d_card;
	return driver_is_vfio(device->facts.driver) ? &owner_stays : &owner_leaves;
}

static void check_owner(const struct context *context, const struct intent *intent,
	struct findings *findings)
{
	static const char path[] = "/proc/iomem";
	CLEANUP_FREE char *iomem = NULL, *owner = NULL;
	struct region bar[BARS];
	bool hidden;

	(void)context;
	if (!intent_is_vm(intent)) {
		verdict_row(findings, &not_for_vm, NULL);
		return;
	}
	if (root_read(path, &iomem, NULL) < 0 || !read_bars(intent->device, bar)) {
		verdict_row(findings, &owner_unknown, NULL);
		finding_evidence(findings, path, "not readable");
		return;
	}
	owner = console_in(iomem, bar, &hidden);
	verdict_row(findings, judge_owner(intent->device, owner, hidden), NULL);
	if (owner != NULL || hidden)
		finding_evidence(findings, path, "%s",
			owner != NULL ? owner : "all addresses are 0");
}

const struct check memory_checks[] = {
	{.id = "DEV-BARS",
		.about = "whether the card's memory has its place in the address space",
		.run_device = check_bars},
	{.id = "DEV-BAR-OWNER",
		.about = "whether the boot console holds the card's memory",
		.run_device = check_owner},
	{0},
};
