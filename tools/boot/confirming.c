/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/confirming.h"
#include "tools/system/root.h"

static bool is_link_to(const char *path, const char *name)
{
	CLEANUP_FREE char *target = root_link_name(path);

	return target != NULL && strcmp(target, name) == 0;
}

char *boot_nobody_confirms(void)
{
	static const char unit[] = "vfio-early-confirm.service";
	static const char *const directories[] = {"/etc/systemd/system",
		"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
		"/lib/systemd/system"};
	CLEANUP_FREE char *mask = format_text("%s/%s", directories[0], unit);

	if (root_exists("/sbin/init") && !is_link_to("/sbin/init", "systemd"))
		return copy_text("this system does not start with systemd, so nothing "
				 "would confirm a boot");
	if (is_link_to(mask, "null"))
		return format_text("%s is masked, so nothing would confirm a boot", unit);
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		CLEANUP_FREE char *wants = format_text(
			"%s/multi-user.target.wants/%s", directories[i], unit);
		CLEANUP_FREE char *target = root_link_name(wants);

		if (target != NULL)
			return NULL;
	}
	return format_text("%s is not enabled, so nothing would confirm a boot", unit);
}
