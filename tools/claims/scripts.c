/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What moves devices between drivers while the system runs: driverctl, udev, scripts. */
#include <string.h>

#include "tools/text/string.h"
#include "tools/claims/claim.h"
#include "tools/claims/scripts.h"

void claims_in_driverctl(struct claims *claims, struct span text, const char *path)
{
	static const char who[] = "driverctl";
	struct span name = span_of(path);
	struct pci_address address;
	struct claim *claim;

	text = span_trim(text);
	if (!find_address(&name, &address) || text.length == 0)
		return;
	claim = claims_add(claims, is_vm_driver(text) ? CLAIM_VFIO : CLAIM_HOST, who,
		path, 0, text, text);
	claim->target = TARGET_ADDRESS;
	claim->address = address;
	claim->driver = span_copy(text);
}

/* The value of KEY=="value" in a rule; false if it is not there. */
static bool udev_match(struct span line, const char *key, struct span *value)
{
	CLEANUP_FREE char *front = format_text("%s==\"", key);
	const char *at = line.length > 0
				 ? memmem(line.text, line.length, front, strlen(front))
				 : NULL;

	if (at == NULL)
		return false;
	line = span_from(line, (size_t)(at - line.text) + strlen(front));
	return span_piece(&line, '"', value);
}

static bool udev_id(struct span line, const char *key, uint32_t *id)
{
	struct span value;
	uint64_t number;

	if (!udev_match(line, key, &value) || !span_starts(value, "0x") ||
		!span_number(span_from(value, 2), 16, 0xffff, &number))
		return false;
	*id = (uint32_t)number;
	return true;
}

void claims_in_udev(struct claims *claims, struct span text, const char *path)
{
	static const char who[] = "a udev rule";
	unsigned int number = 0;
	struct span line;

	while (span_line(&text, &line)) {
		struct span rest = span_trim(line);
		struct claim_id id = {ID_ANY, ID_ANY, ID_ANY, ID_ANY, 0, 0};
		struct claim *claim;

		number++;
		if (rest.length == 0 || rest.text[0] == '#' ||
			!span_has(rest, "driver_override"))
			continue;
		claim = claims_add(claims,
			span_has(rest, "vfio") || span_has(rest, "pci-stub")
				? CLAIM_VFIO
				: CLAIM_SCRIPT,
			who, path, number, rest, rest);
		if (find_address(&rest, &claim->address)) {
			claim->target = TARGET_ADDRESS;
		} else if (udev_id(line, "ATTR{vendor}", &id.vendor)) {
			udev_id(line, "ATTR{device}", &id.device);
			claim->target = TARGET_ID;
			claim->id = id;
		}
		claim->driver = copy_text(
			claim->kind == CLAIM_VFIO ? "vfio-pci" : "another driver");
	}
}

/* Whether the line does something to drivers. */
static bool moves_devices(struct span line)
{
	static const char *const signs[] = {"driver_override", "/unbind", "/new_id",
		"nodedev-detach", "nodedev-reattach", "drivers_probe", "driverctl ",
		"modprobe -r nvidia", "rmmod nvidia", "modprobe -r amdgpu", "vfio-pci"};

	line = span_trim(line);
	if (line.length == 0 || line.text[0] == '#')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (span_has(line, signs[i]))
			return true;
	/* many a program's name begins with "bind" */
	return span_has(line, "/bind") && span_has(line, "drivers");
}

void claims_in_script(
	struct claims *claims, struct span text, const char *path, const char *who)
{
	struct span rest = text, line, acting = {0};
	unsigned int number = 0, at = 0, found = 0;
	struct pci_address address;

	while (at == 0 && span_line(&rest, &line)) {
		number++;
		if (moves_devices(line)) {
			acting = line;
			at = number;
		}
	}
	if (at == 0)
		return;
	/* Addresses often stand in variables above: any in the script counts. */
	rest = text;
	while (found < 16 && find_address(&rest, &address)) {
		struct claim *claim =
			claims_add(claims, CLAIM_SCRIPT, who, path, at, acting, acting);

		claim->target = TARGET_ADDRESS;
		claim->address = address;
		found++;
	}
	if (found == 0)
		claims_add(claims, CLAIM_SCRIPT, who, path, at, acting, acting);
}
