/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cmdline/cmdline.h"
#include "tools/needs/disk-parameters.h"
#include "tools/needs/keys.h"
#include "tools/needs/named-disk.h"

enum kind {
	ROOT,	/* DEVICE or DEVICE:NAME, without which there is no root */
	RESUME, /* the image of a hibernated system */
	VOLUME, /* an encrypted volume: UUID, luks-UUID or UUID=NAME */
	KEY,	/* of all volumes, or of one: [UUID=]KEY */
};

/* dracut.cmdline(7), systemd-cryptsetup-generator(8), mkinitcpio's hook "encrypt". */
static const struct {
	const char *name;
	enum kind kind;
} known[] = {
	{"root", ROOT},
	{"mount.usr", ROOT},
	{"cryptdevice", ROOT},
	{"resume", RESUME},
	{"rd.luks.uuid", VOLUME},
	{"luks.uuid", VOLUME},
	{"rd.luks.name", VOLUME},
	{"luks.name", VOLUME},
	{"rd.luks.data", KEY},
	{"luks.data", KEY},
	{"rd.luks.key", KEY},
	{"luks.key", KEY},
	{"cryptkey", KEY},
};

static const struct {
	enum need_weight weight;
	const char *what; /* between the parameter's name and the disk's */
	const char *then;
} needs_of[] = {
	[ROOT] = {NEED_REFUSED, "is on", "there is no root without it"},
	[RESUME] = {NEED_WARNING, "is on",
		"the next boot does not find the image of a hibernated system there"},
	[VOLUME] = {NEED_WARNING, "is on", "the next boot waits for it"},
	[KEY] = {NEED_REFUSED, "is read from", "the next boot waits for it"},
};

static bool kind_of(const struct parameter *parameter, enum kind *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (parameter_is(parameter, known[i].name)) {
			*kind = known[i].kind;
			return true;
		}
	return false;
}

/* The volume at the front of a value, as "UUID=..."; malloc'ed, NULL: there is none. */
static char *volume_of(const char *value)
{
	size_t length;

	if (text_begins(value, "luks-"))
		value += strlen("luks-");
	length = strspn(value, "0123456789abcdefABCDEF-");
	if (length == 0 || (value[length] != '=' && value[length] != '\0'))
		return NULL;
	return format_text("UUID=%.*s", (int)length, value);
}

static void add_parameter(const struct next_boot *boot, struct needs *needs,
	const struct parameter *parameter, enum kind kind)
{
	CLEANUP_FREE char *value = span_copy(parameter->value);
	CLEANUP_FREE char *volume = volume_of(value);
	CLEANUP_FREE char *disk = NULL;
	enum need_weight weight = needs_of[kind].weight;
	const struct pci_device *owner;

	if (kind == VOLUME) {
		owner = volume != NULL ? disk_owner(boot, volume, &disk) : NULL;
	} else {
		const char *equals = volume != NULL ? strchr(value, '=') : NULL;

		owner = key_owner(boot, equals != NULL ? equals + 1 : value, &disk);
		if (kind == KEY && volume != NULL && !root_is_on(volume))
			weight = NEED_WARNING;
	}
	if (owner != NULL)
		need_add(needs, owner, weight,
			"'%.*s=' on the kernel command line %s its disk %s: %s",
			SPAN(parameter->name), needs_of[kind].what, disk,
			needs_of[kind].then);
}

void needs_of_disk_parameters(const struct next_boot *boot, struct needs *needs)
{
	struct cmdline cmdline = cmdline_read(boot->line, strlen(boot->line));
	struct parameter parameter;
	enum kind kind;

	while (cmdline_next(&cmdline, &parameter))
		if (kind_of(&parameter, &kind))
			add_parameter(boot, needs, &parameter, kind);
}

bool line_asks_passphrase(const char *line)
{
	struct cmdline cmdline = cmdline_read(line, strlen(line));
	bool volume = false, key = false;
	struct parameter parameter;
	enum kind kind;

	while (cmdline_next(&cmdline, &parameter)) {
		volume = volume || parameter_is(&parameter, "cryptdevice");
		if (!kind_of(&parameter, &kind))
			continue;
		volume = volume || kind == VOLUME;
		key = key || kind == KEY;
	}
	return volume && !key;
}
