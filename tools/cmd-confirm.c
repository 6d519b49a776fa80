/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vfio-early-confirm.service calls when the system is up. */
#include "tools/base.h"
#include "tools/command.h"
#include "tools/grubenv.h"
#include "tools/json.h"

static int run(const struct options *options, int argc, char **argv)
{
	/* Only a mark that is set: where there is none, grubenv is not even made. */
	static const char *const clear[] = {GRUBENV_PENDING "=0", NULL};
	CLEANUP_FREE char *text = NULL, *why = NULL;
	bool changed = false;
	int error;

	if (argc > 1) {
		complain("'%s' takes no arguments", argv[0]);
		return STATUS_USAGE;
	}
	error = grubenv_read(&text, &why);
	if (error == 0 && grubenv_is_set(text, GRUBENV_PENDING))
		error = grubenv_change(clear, &changed, &why);
	if (error < 0) {
		complain("%s; the next boot will be a normal one", why);
		return STATUS_FAILED;
	}
	if (options->json)
		return json_print(json_pack("{s:b,s:b,s:[]}", "changed", changed,
			       "reboot_required", false, "steps")) == 0
			? STATUS_OK
			: STATUS_FAILED;
	return STATUS_OK;
}

const struct command command_confirm = {
	.name = "confirm",
	.run = run,
	.usage = "",
	.summary = "tell GRUB that this boot came up; a service does so",
};
