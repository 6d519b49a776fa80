/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal as it lies on the disk, command by command. */
#ifndef TOOLS_SYSTEM_JOURNAL_READ_H
#define TOOLS_SYSTEM_JOURNAL_READ_H

#include "tools/system/file-state.h"

#define JOURNAL_PATH JOURNAL_DIRECTORY "/journal"

/* How a command ended. */
#define JOURNAL_DONE "done"
#define JOURNAL_FAILED "failed"	      /* by itself; what it changed stays */
#define JOURNAL_UNDONE "undone"	      /* what it had changed was taken back */
#define JOURNAL_COMPLETED "completed" /* cut off behind its last change */

/* One change of one file. */
struct journal_change {
	char *path;
	struct file_state before;
	struct file_state after;
	bool has_after;	 /* what it was to become is known; it need not be in place */
	char *program;	 /* that writes it by itself; NULL: we do */
	char *directory; /* the uppermost that had to be made for it; NULL: none */
	bool last;	 /* with it the command is done */
};

struct journal_command {
	unsigned long id;
	char *command, *version, *begun;
	char *process; /* process.h */
	bool all;      /* a rollback of everything: what is before it counts no more */
	char *ended, *result; /* NULL: it has not ended */
	struct journal_change *change;
	size_t count;
};

struct journal {
	struct journal_command *command; /* in the order of their ids */
	size_t count;
	unsigned long thinned; /* changes that were left out of it since it began */
	unsigned int bad;      /* lines that are none */
};

/* 0, also where there is none, or -errno and a sentence. */
int journal_read(struct journal *journal, char **why);
void journal_free(struct journal *journal);

/* The first command that still counts: the one behind the last rollback of everything. */
size_t journal_start(const struct journal *journal);
/* Whether it began and has not ended. */
bool journal_is_unfinished(const struct journal_command *command);

#endif
