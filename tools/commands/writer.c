/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <unistd.h>

#include "tools/commands/changes.h"
#include "tools/commands/recover.h"
#include "tools/commands/writer.h"
#include "tools/system/journal-read.h"
#include "tools/system/journal.h"
#include "tools/system/lock.h"
#include "tools/system/root.h"
#include "tools/system/write.h"
#include "tools/text/string.h"

enum { WAIT_SECONDS = 5 };

static int take_lock(const struct command *command, const struct options *options)
{
	const struct changes none = {0};
	CLEANUP_FREE char *why = NULL;
	int lock;
	int error = lock_take(command->lock, command->name, WAIT_SECONDS, &lock, &why);

	if (error == -EBUSY) {
		changes_print(options, &none, why);
		return STATUS_FAILED;
	}
	/* A rescue shell without a /run is where `disable` is needed most. */
	if (error < 0)
		print_message(
			"warning: %s; make sure that no other vfio-early runs", why);
	return STATUS_OK;
}

/* What was cut off is put right before anything else is changed. */
static int settle_unfinished(const struct command *command, const struct options *options)
{
	const struct changes none = {0};
	CLEANUP_FREE char *why = NULL;

	if (recover_unfinished(WAIT_SECONDS, &why) == 0)
		return STATUS_OK;
	if (command->way_back) {
		print_message("warning: %s", why);
		return STATUS_OK;
	}
	changes_print(options, &none, why);
	return STATUS_FAILED;
}

int writer_begin(const struct command *command, const struct options *options)
{
	int status;

	if (root_directory[0] == '\0' && geteuid() != 0) {
		print_message("%s changes the system: run it as root", command->name);
		return STATUS_USAGE;
	}
	if (command->lock == NULL || write_dry_run)
		return STATUS_OK;
	status = take_lock(command, options);
	return status == STATUS_OK ? settle_unfinished(command, options) : status;
}

int writer_end(int status)
{
	CLEANUP_FREE char *why = NULL;
	int error =
		journal_end(status == STATUS_OK ? JOURNAL_DONE : JOURNAL_FAILED, &why);

	if (error == 0)
		return status;
	print_message("all is done, but that it ended is not in the journal: %s", why);
	return STATUS_FAILED;
}
