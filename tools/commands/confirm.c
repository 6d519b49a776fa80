/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vfio-early-confirm.service calls when the system is up. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "tools/text/lines.h"
#include "tools/commands/changes.h"
#include "tools/commands/command.h"
#include "tools/commands/options.h"
#include "tools/commands/recover.h"
#include "tools/boot/loader.h"
#include "tools/boot/state.h"
#include "tools/kernel/parameters.h"
#include "tools/system/journal-read.h"
#include "tools/system/journal.h"
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

static int confirm(const struct boot_loader *loader, struct lines *steps, char **why)
{
	bool changed = false;
	int error;

	journal_last_change();
	error = loader->confirm(&changed, why);
	if (changed)
		lines_add(steps, "tell %s that this boot came up", loader->name);
	return error;
}

static int stop(const struct boot_loader *loader, struct lines *steps, char **why)
{
	struct boot_state boot = {.loader = loader};
	bool changed = false, pending;
	int error;

	loader->read(&boot);
	pending = boot.pending;
	boot_state_free(&boot);
	/* systemd is asked only where there is a mark: this runs at every shutdown */
	if (pending && failed_into_emergency())
		return 0;
	journal_last_change();
	error = loader->stop(&changed, why);
	if (changed)
		lines_add(steps, "tell %s that this boot is stopped before it came up",
			loader->name);
	return error;
}

/* For the log of the boot: the next command that changes something puts it right. */
static void tell_unfinished(void)
{
	CLEANUP_FREE char *why = NULL;
	struct journal journal;

	if (journal_read(&journal, &why) < 0)
		return;
	for (size_t i = 0; i < journal.count; i++)
		if (recover_is_due(&journal.command[i]) &&
			!recover_is_done(&journal.command[i]))
			print_message("'%s' of %s was cut off: 'vfio-early status' says "
				      "what it left",
				journal.command[i].command, journal.command[i].begun);
	journal_free(&journal);
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
	tell_unfinished();
	error = boot_change_all(stopped ? stop : confirm, &changes.steps, &why);
	changes.changed = changes.steps.count > 0;
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
	.way_back = true,
};
