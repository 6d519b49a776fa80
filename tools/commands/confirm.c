/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vfio-early-confirm.service calls when the system is up. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "tools/text/lines.h"
#include "tools/commands/changes.h"
#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/boot/boot-loader.h"
#include "tools/kernel/parameters.h"
#include "tools/system/root.h"
#include "tools/system/run.h"
#include "tools/system/write.h"

enum { ASK_SECONDS = 10 };

/*
 * A boot that nobody asked to end in emergency mode, and that did, is one that failed,
 * however orderly it is shut down then. vfio-early-stopped.service calls while
 * emergency.service still runs.
 */
static bool failed_into_emergency(void)
{
	static const char *const argv[] = {
		"systemctl", "--quiet", "is-active", "emergency.service", NULL};
	CLEANUP_FREE char *line = NULL, *word = NULL, *why = NULL;
	struct run_result result;
	bool active;

	if (run_program(&(struct run){.argv = argv, .timeout = ASK_SECONDS}, &result,
		    &why) < 0)
		return false;
	active = result.status == 0;
	run_free(&result);
	if (active && root_read("/proc/cmdline", &line, NULL) == 0)
		word = parameters_stop(line);
	return active && word == NULL;
}

static int confirm(bool stopped, struct changes *changes, char **why)
{
	int failed = 0;

	for (size_t i = 0; boot_loaders[i] != NULL; i++) {
		CLEANUP_FREE char *sentence = NULL;
		bool changed = false;
		int error = stopped ? boot_loaders[i]->stop(&changed, &sentence)
				    : boot_loaders[i]->confirm(&changed, &sentence);

		if (error < 0) {
			add_sentence(why, sentence);
			failed = error;
		}
		if (changed) {
			lines_add(&changes->steps,
				stopped ? "tell %s that this boot is stopped before it "
					  "came up"
					: "tell %s that this boot came up",
				boot_loaders[i]->name);
			changes->changed = true;
		}
	}
	return failed;
}

static int run_confirm(const struct options *options, int argc, char **argv)
{
	CLEANUP_FREE char *why = NULL;
	struct changes changes = {0};
	bool stopped = false;
	int error, option;

	while ((option = options_next(&command_confirm, argc, argv)) != -1)
		stopped = stopped || option == 's';
	if (!options_end(&command_confirm, argc, argv, "'confirm' takes no arguments"))
		return STATUS_USAGE;
	error = stopped && failed_into_emergency() ? 0 : confirm(stopped, &changes, &why);
	/* Quiet where there is nothing to do, which is at every normal boot. */
	if (options->json || (write_dry_run && error == 0)) {
		if (changes_print(options, &changes, why) < 0)
			error = -EIO;
	} else if (error < 0)
		print_message("%s; the next boot will be a normal one", why);
	changes_free(&changes);
	return error < 0 ? STATUS_FAILED : STATUS_OK;
}

static const struct option confirm_options[] = {{"stopped", no_argument, NULL, 's'}, {0}};

const struct command command_confirm = {
	.name = "confirm",
	.run = run_confirm,
	.options = confirm_options,
	.usage = "[--stopped] [--dry-run]",
	.summary = "tell the boot loader that this boot came up; a service does so",
	.help = "  --stopped  that it is shut down before it came up: the next boot is a normal one\n"
		"             then, and those after it are as they were to be\n"
		"  --dry-run  say what would be done, and do nothing\n",
	/* No lock but the boot loader's own: it has no time to wait until `enable` has
	 * ended.
	 */
	.writes = true,
};
