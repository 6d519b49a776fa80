/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /etc/grub.d/45_vfio_early calls from grub-mkconfig. */
#include <stdlib.h>

#include "tools/text/string.h"
#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/selection/conf.h"
#include "tools/boot/state.h"
#include "tools/boot/grub/entries.h"
#include "tools/boot/grub/guard.h"
#include "tools/kernel/parameters.h"

static int run_grub_entries(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *section = NULL, *why = NULL;
	struct entry_inputs inputs;
	struct conf conf;
	int error;

	(void)options;
	if (!options_end(&command_grub_entries, argc, argv,
		    "'grub-entries' takes no arguments"))
		return STATUS_USAGE;
	error = conf_load(&conf, &why);
	if (error < 0) {
		print_message("%s; no boot entry is made", why);
		return STATUS_FAILED;
	}
	if (conf.devices == NULL || conf.devices[0] == '\0') {
		conf_free(&conf);
		return STATUS_OK;
	}
	inputs.parameters = passthrough_parameters(conf.devices);
	grub_guard(&inputs.guard);
	conf_free(&conf);
	error = grub_entries_make(&inputs, &section, &why);
	entry_inputs_free(&inputs);
	if (error < 0) {
		print_message("%s; no boot entry is made", why);
		return STATUS_FAILED;
	}
	fputs(section, stdout);
	return STATUS_OK;
}

const struct command command_grub_entries = {
	.name = "grub-entries",
	.run = run_grub_entries,
	.usage = "",
};
