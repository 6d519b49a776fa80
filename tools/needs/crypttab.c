/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/needs/crypttab.h"
#include "tools/needs/keys.h"
#include "tools/needs/named-disk.h"
#include "tools/needs/table.h"

#define CRYPTTAB "/etc/crypttab"

enum { NAME, SOURCE, KEY, OPTIONS };

struct reading {
	const struct next_boot *boot;
	struct needs *needs;
};

static bool is_opened(const struct table_line *line)
{
	return !option_find(line->field[OPTIONS], "noauto", NULL) &&
	       !option_find(line->field[OPTIONS], "nofail", NULL);
}

/* Needed before there is a root: by what is mounted now, or by its options (crypttab(5)
 * of systemd and of Debian). */
static bool is_roots(const struct table_line *line)
{
	return option_find(line->field[OPTIONS], "x-initrd.attach", NULL) ||
	       option_find(line->field[OPTIONS], "initramfs", NULL) ||
	       root_is_on(line->field[SOURCE]);
}

static void add_volume(const struct reading *reading, const struct table_line *line)
{
	CLEANUP_FREE char *disk = NULL;
	const struct pci_device *owner =
		disk_owner(reading->boot, line->field[SOURCE], &disk);

	if (owner != NULL)
		need_add(reading->needs, owner,
			is_roots(line) ? NEED_REFUSED : NEED_WARNING,
			"%s opens %s from its disk %s: the next boot waits for it, and "
			"has nothing that is on it, unless 'nofail' is among the options "
			"there",
			line->place, line->field[NAME], disk);
}

static void add_key(
	const struct reading *reading, const struct table_line *line, const char *key)
{
	CLEANUP_FREE char *disk = NULL;
	const struct pci_device *owner = key_owner(reading->boot, key, &disk);

	if (owner != NULL)
		need_add(reading->needs, owner,
			is_roots(line) ? NEED_REFUSED : NEED_WARNING,
			"%s has the key of %s on its disk %s: the next boot cannot open "
			"%s with it",
			line->place, line->field[NAME], disk, line->field[NAME]);
}

static void visit(const struct table_line *line, void *data)
{
	struct span header;

	if (!is_opened(line))
		return;
	add_volume(data, line);
	add_key(data, line, line->field[KEY]);
	if (option_find(line->field[OPTIONS], "header", &header)) {
		CLEANUP_FREE char *copy = span_copy(header);

		add_key(data, line, copy);
	}
}

void needs_of_crypttab(const struct next_boot *boot, struct needs *needs)
{
	struct reading reading = {boot, needs};

	table_walk(CRYPTTAB, visit, &reading);
}

/* A key from elsewhere: a chip, a token, or a script that asks nobody. The other scripts
 * of cryptsetup (decrypt_keyctl, decrypt_gnupg, ...) ask. */
static bool asks(const struct table_line *line)
{
	static const char *const elsewhere[] = {
		"tpm2-device", "fido2-device", "pkcs11-uri"};
	const char *key = line->field[KEY], *options = line->field[OPTIONS];
	struct span script;

	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (option_find(options, elsewhere[i], NULL))
			return false;
	if (option_find(options, "keyscript", &script))
		return !span_has(script, "passdev") &&
		       !span_has(script, "decrypt_derived");
	return key[0] == '\0' || strcmp(key, "none") == 0 || strcmp(key, "-") == 0;
}

static void visit_asking(const struct table_line *line, void *data)
{
	bool *any = data;

	*any = *any || (is_opened(line) && asks(line));
}

bool crypttab_asks_passphrase(void)
{
	bool any = false;

	table_walk(CRYPTTAB, visit_asking, &any);
	return any;
}
