/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/commands/recover.h"
#include "tools/commands/status-journal.h"
#include "tools/system/process.h"
#include "tools/text/printable.h"
#include "tools/text/string.h"

/* The files that a command may have left half-way; malloc'ed. */
static char *list_paths(const struct journal_command *command)
{
	char *list = copy_text("");

	for (size_t i = 0; i < command->count; i++) {
		const char *path = command->change[i].path;
		size_t before = 0;

		while (before < i && strcmp(command->change[before].path, path) != 0)
			before++;
		if (before == i)
			text_append(&list, "%s%s", i > 0 ? ", " : "", path);
	}
	return list;
}

void status_compare_journal(struct status *status)
{
	if (status->journal_why != NULL)
		status_add(status, false, "journal-unreadable",
			copy_text(status->journal_why));
	for (size_t i = 0; i < status->journal.count; i++) {
		const struct journal_command *command = &status->journal.command[i];
		CLEANUP_FREE char *name = printable_text(command->command, "");
		CLEANUP_FREE char *paths = list_paths(command);

		if (!journal_is_unfinished(command))
			continue;
		if (!recover_is_due(command))
			status_add(status, false, "change-running",
				format_text("'%s' (pid %ld) is changing things right now",
					name, (long)process_number(command->process)));
		else if (recover_is_done(command))
			status_add(status, true, "change-unfinished",
				format_text("'%s' of %s was cut off when all of it was "
					    "done",
					name, command->begun));
		else
			status_add(status, false, "change-unfinished",
				format_text(
					"'%s' of %s was cut off, and may be half done "
					"in: %s; the next command that changes "
					"something undoes it, for one 'vfio-early "
					"rollback --to %lu'",
					name, command->begun, paths, command->id));
	}
}
