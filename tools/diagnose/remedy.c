/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/boot/loader.h"
#include "tools/diagnose/check.h"
#include "tools/diagnose/findings.h"
#include "tools/diagnose/context.h"
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

char *remedy_cmdline_place(const struct context *context)
{
	const struct boot_loader *loader = context->boot.loader;
	CLEANUP_FREE char *command = loader != NULL ? boot_menu_command() : NULL;

	return command != NULL ? format_text(" (%s, then %s)",
					 loader->place_of_parameters, command)
			       : copy_text("");
}
