/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/system/root.h"
#include "tools/diagnose/remedy.h"

const char *image_command(void)
{
	if (root_exists("/usr/bin/dracut"))
		return "dracut --regenerate-all --force";
	if (root_exists("/usr/bin/mkinitcpio"))
		return "mkinitcpio -P";
	return "update-initramfs -u -k all";
}
