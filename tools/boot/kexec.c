/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/boot/kexec.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

#define LOADED "/sys/kernel/kexec_loaded"
#define SETTINGS "/etc/default/kexec" /* of kexec-tools in Debian */

/* The last assignment counts, as in a shell. */
static bool is_loaded_at_shutdown(void)
{
	CLEANUP_FREE char *text = NULL;
	struct span rest, line;
	bool loads = false;

	if (root_read(SETTINGS, &text, NULL) < 0)
		return false;
	rest = span_of(text);
	while (span_line(&rest, &line)) {
		line = span_trim(line);
		if (span_starts(line, "LOAD_KEXEC="))
			loads = span_has(line, "true");
	}
	return loads;
}

char *kexec_warning(void)
{
	static const char past[] =
		"the next reboot may go past the boot loader and keep the kernel command "
		"line that was loaded";
	CLEANUP_FREE char *loaded = root_read_word(LOADED);

	if (is_loaded_at_shutdown())
		return format_text(
			"kexec loads a kernel when this system goes down "
			"(LOAD_KEXEC in " SETTINGS "), so %s; for a full reboot, "
			"say LOAD_KEXEC=false there, or switch the machine off "
			"and on",
			past);
	if (loaded != NULL && strcmp(loaded, "1") == 0)
		return format_text("a kernel is loaded for kexec (" LOADED "), so %s; "
				   "'kexec -u' unloads it, and the reboot is a full one",
			past);
	return NULL;
}
