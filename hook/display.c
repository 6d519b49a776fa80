/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "hook/display.h"
#include "hook/sysfs.h"

enum {
	/* struct screen_info, include/uapi/linux/screen_info.h: at the front of
	   boot_params */
	SCREEN_BASE = 0x18,
	SCREEN_CAPABILITIES = 0x36,
	SCREEN_BASE_HIGH = 0x3a,
	SCREEN_64BIT_BASE = 1 << 1,
	SCREEN_TYPE = 0x0f,
	SCREEN_TYPE_VLFB = 0x23,
	SCREEN_TYPE_EFI = 0x70,
	CLASS_VGA = 0x0300,
	RESOURCES = 6, /* the first lines of `resource` are the BARs */
};

static uint32_t little_endian(const char *at)
{
	uint32_t value = 0;

	for (int i = 3; i >= 0; i--)
		value = value << 8 | (uint8_t)at[i];
	return value;
}

/* Reads hexadecimal digits, "0x" in front of them or not. */
static uint64_t read_hex(const char **at)
{
	uint64_t value = 0;

	if ((*at)[0] == '0' && (*at)[1] == 'x')
		*at += 2;
	for (; hex_digit(**at) >= 0; ++*at)
		value = value << 4 | (uint64_t)hex_digit(**at);
	return value;
}

static uint64_t from_boot_parameters(int root)
{
	char info[64];
	uint64_t base;

	if (file_read(root, "sys/kernel/boot_params/data", info, sizeof(info)) <
			SCREEN_BASE_HIGH + 4 ||
		((uint8_t)info[SCREEN_TYPE] != SCREEN_TYPE_VLFB &&
			(uint8_t)info[SCREEN_TYPE] != SCREEN_TYPE_EFI))
		return 0;
	base = little_endian(info + SCREEN_BASE);
	if ((info[SCREEN_CAPABILITIES] & SCREEN_64BIT_BASE) != 0)
		base |= (uint64_t)little_endian(info + SCREEN_BASE_HIGH) << 32;
	return base;
}

/* "  c0000000-c07fffff : BOOTFB"; without root's rights all numbers are 0. */
static uint64_t from_memory_map(int root)
{
	static const char *const names[] = {
		": BOOTFB", ": simplefb", ": simpledrm", ": efifb", ": vesafb"};
	static char map[32 * 1024];

	if (file_read(root, "proc/iomem", map, sizeof(map)) <= 0)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *at = strstr(map, names[i]);

		if (at == NULL)
			continue;
		while (at > map && at[-1] != '\n')
			at--;
		while (*at == ' ')
			at++;
		return read_hex(&at);
	}
	return 0;
}

uint64_t framebuffer_address(int root)
{
	uint64_t base = from_boot_parameters(root);

	return base != 0 ? base : from_memory_map(root);
}

/* Lines of "0xSTART 0xEND 0xFLAGS". */
static bool has_memory_at(
	int root, const struct pci_address *address, uint64_t framebuffer)
{
	char path[SYSFS_PATH_MAX], text[RESOURCES * 57 + 1];
	const char *at = text;

	device_path(path, address, "resource");
	if (framebuffer == 0 || file_read(root, path, text, sizeof(text)) <= 0)
		return false;
	while (*at != '\0') {
		uint64_t start = read_hex(&at), end;

		if (*at++ != ' ')
			return false;
		end = read_hex(&at);
		if (start != 0 && start <= framebuffer && framebuffer <= end)
			return true;
		at = strchr(at, '\n');
		if (at == NULL)
			return false;
		at++;
	}
	return false;
}

static bool reads(int root, const char *path, const char *name, const char *value)
{
	char full[SYSFS_PATH_MAX], have[16];
	struct text text = text_in(full, sizeof(full));

	text_add(&text, path);
	text_add(&text, "/");
	text_add(&text, name);
	if (text.cut || file_read(root, full, have, sizeof(have)) <= 0)
		return false;
	have[strcspn(have, "\n")] = '\0';
	return strcmp(have, value) == 0;
}

/* The walk below a display's directory "drm", two levels deep. */
struct connectors {
	int root;
	const char *path;
	bool inner; /* in the directory of a card: its connectors */
	uint8_t signs;
};

static bool visit_drm(const char *name, void *data)
{
	struct connectors *connectors = data;
	struct connectors inner = *connectors;
	char path[SYSFS_PATH_MAX];
	struct text text = text_in(path, sizeof(path));
	bool connected;

	if (strncmp(name, "card", 4) != 0)
		return true;
	text_add(&text, connectors->path);
	text_add(&text, "/");
	text_add(&text, name);
	inner.path = path;
	inner.inner = true;
	if (!connectors->inner) {
		directory_walk(inner.root, path, visit_drm, &inner);
		/* Where newer kernels have it. */
		if (reads(inner.root, path, "boot_display", "1"))
			inner.signs |= SIGN_BOOT_DISPLAY;
		connectors->signs = inner.signs;
		return true;
	}
	connected = reads(inner.root, path, "status", "connected");
	if (connected)
		connectors->signs |= SIGN_CONNECTED;
	if ((strstr(name, "-eDP-") != NULL || strstr(name, "-LVDS-") != NULL ||
		    strstr(name, "-DSI-") != NULL) &&
		(connected || reads(inner.root, path, "enabled", "enabled")))
		connectors->signs |= SIGN_PANEL;
	return true;
}

uint8_t display_signs(
	int root, const struct pci_address *address, uint32_t class, uint64_t framebuffer)
{
	char device[SYSFS_PATH_MAX], drm[SYSFS_PATH_MAX];
	struct connectors connectors = {.root = root, .path = drm};
	uint8_t signs;

	device_path(device, address, NULL);
	device_path(drm, address, "drm");
	directory_walk(root, drm, visit_drm, &connectors);
	signs = connectors.signs;
	if (class >> 8 == CLASS_VGA && (signs & SIGN_CONNECTED) != 0)
		signs ^= SIGN_CONNECTED | SIGN_VGA_CONNECTED;
	if (reads(root, device, "boot_vga", "1")) {
		char driver[DRIVER_NAME_MAX];

		signs |= SIGN_BOOT_VGA;
		/* Nobody has looked for its monitor yet: another display's proves
		 * nothing. */
		device_driver(root, address, driver);
		if (driver[0] == '\0')
			signs |= SIGN_VGA_CONNECTED;
	}
	if (reads(root, device, "boot_display", "1"))
		signs |= SIGN_BOOT_DISPLAY;
	if (has_memory_at(root, address, framebuffer))
		signs |= SIGN_FRAMEBUFFER;
	return signs;
}

/* A monitor on another display says little while one is on a VGA device too. */
static uint8_t that_count(uint8_t all)
{
	return (all & SIGN_VGA_CONNECTED) != 0 ? all & (uint8_t)~SIGN_CONNECTED : all;
}

bool display_is_hosts(uint8_t signs, uint8_t all)
{
	uint8_t strongest = SIGN_BOOT_DISPLAY;

	while (strongest > 0 && (strongest & that_count(all)) == 0)
		strongest >>= 1;
	return (signs & strongest) != 0;
}

bool display_signs_disagree(uint8_t signs, uint8_t all)
{
	const uint8_t monitor = SIGN_CONNECTED | SIGN_VGA_CONNECTED;

	/* boot_vga is the older, weaker answer to the very same question. */
	if ((signs & SIGN_BOOT_DISPLAY) != 0)
		signs |= SIGN_BOOT_VGA;
	if ((signs & monitor) != 0)
		signs |= monitor;
	return (all & ~signs) != 0;
}
