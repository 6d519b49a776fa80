/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Beside a signed GRUB on the EFI system partition lies a grub.cfg of a few lines that
 * searches for the file system with the real one: "search.fs_uuid UUID root"
 * (grub-install of Debian), "search --fs-uuid --set=dev UUID" (Fedora).
 */
#include <string.h>

#include "tools/boot/efi.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/other-system.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

enum { UUID_LENGTH = 8 }; /* at least, that of a FAT file system */

/* The grub.cfg beside what the firmware started; malloc'ed path, or NULL. */
static char *find_stub(void)
{
	CLEANUP_FREE char *file = efi_booted_file();
	char *name = file != NULL ? strrchr(file, '\\') : NULL;
	CLEANUP_FREE char *beside = NULL;

	if (name == NULL)
		return NULL;
	beside = format_text("%.*s\\grub.cfg", (int)(name - file), file);
	return efi_find_file(beside);
}

/* The UUID that the stub searches for; malloc'ed, NULL if it is no such stub. */
static char *searched_uuid(const char *stub)
{
	struct span rest = span_of(stub), line, word;

	if (strstr(stub, "configfile") == NULL || strstr(stub, "menuentry") != NULL)
		return NULL;
	while (span_line(&rest, &line)) {
		if (!span_starts(span_trim(line), "search"))
			continue;
		while (span_word(&line, &word))
			if (word.length >= UUID_LENGTH &&
				strspn(word.text, "0123456789abcdefABCDEF-") >=
					word.length)
				return span_copy(word);
	}
	return NULL;
}

char *grub_of_other_system(void)
{
	CLEANUP_FREE char *path = find_stub();
	CLEANUP_FREE char *own = grub_file("grub.cfg");
	CLEANUP_FREE char *stub = NULL, *config = NULL, *uuid = NULL;

	if (path == NULL || root_read(path, &stub, NULL) < 0 ||
		root_read(own, &config, NULL) < 0)
		return NULL;
	uuid = searched_uuid(stub);
	if (uuid == NULL || strstr(config, "search") == NULL ||
		strcasestr(config, uuid) != NULL)
		return NULL;
	return format_text(
		"the GRUB that boots this machine is another system's: %s names "
		"the file system %s, and not that of %s; 'grub-install' here "
		"makes it this system's",
		path, uuid, own);
}
