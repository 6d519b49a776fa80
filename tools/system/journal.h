/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of own changes, /var/lib/vfio-early/journal: what a file was and what is
 * made of it, by which command. Each record is on the disk before what it speaks of is
 * done, so that whatever is cut off can be taken back. The door (write.h) keeps it; a
 * command that changes nothing leaves nothing in it.
 */
#ifndef TOOLS_SYSTEM_JOURNAL_H
#define TOOLS_SYSTEM_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>

#include "tools/system/file-state.h"

/* Who changes things in this process; strings that stay. */
struct journal_author {
	const char *command; /* as it was typed */
	const char *version;
	/* It only leads back to normal boots, which a journal that cannot be written must
	 * not keep it from: that is a warning then. */
	bool way_back;
};

void journal_open(const struct journal_author *author);
/* What comes is a change of the command with this id, which has not ended. */
void journal_resume(unsigned long id);
/* What comes is a rollback of everything: when it is done, all before it counts no more.
 */
void journal_of_all(void);
/* The next change is the one with which the command is done: a cut behind it takes
 * nothing back. */
void journal_last_change(void);

/*
 * A file is about to be changed, by us, or by a `program` (NULL: by us); `path` below
 * --root. 0, or -errno and a sentence, and the file must not be changed.
 */
int journal_before(const char *path, enum keep keep, const char *program, char **why);
/* What becomes of it now, or has become of it: the content of another file, or of its
 * own. Likewise. */
int journal_after(const char *path, const char *content, enum keep keep, char **why);
/* As journal_after, for a file that is removed. */
int journal_removed(const char *path, char **why);
/* The command has ended, as JOURNAL_DONE and its like have it. Nothing without a change.
 */
int journal_end(const char *result, char **why);
/* The id of this process's command; 0: it has changed nothing. */
unsigned long journal_id(void);

#endif
