/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/diagnose/check.h"
#include "tools/diagnose/remedy.h"
#include "tools/images/host-generator.h"
#include "tools/text/string.h"

void remedy_make_images(struct findings *findings)
{
	CLEANUP_FREE char *command = generator_command();

	if (command != NULL)
		finding_command(findings, "%s", command);
	else
		finding_remedy_add(findings,
			"and have the initramfs images made anew by the program that makes "
			"them, before the reboot: vfio-early finds none here that it knows");
}
