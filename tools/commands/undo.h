/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Own changes taken back, newest first, by what the journal has of them. What somebody
 * else has written since stays theirs: in a boot loader's file only our part is put back,
 * and another file is not overwritten unless that is asked for.
 */
#ifndef TOOLS_COMMANDS_UNDO_H
#define TOOLS_COMMANDS_UNDO_H

#include "tools/system/journal-read.h"
#include "tools/text/lines.h"

enum undo_how {
	UNDO_NOTHING, /* it is as it was */
	UNDO_BACK,    /* the whole file becomes what it was */
	UNDO_PART,    /* our part of it does: `text` */
	UNDO_FOREIGN, /* somebody else has changed it since */
	UNDO_IMAGE,   /* no copy was kept */
};

struct undo_file {
	char *path;
	enum undo_how how;
	struct file_state was; /* what it becomes */
	char *directory;       /* as struct journal_change has it */
	char *text;	       /* UNDO_PART; "": the file goes */
	char *last_hash;       /* of what we made of it last; NULL: not known */
};

struct undo {
	struct undo_file *file;
	size_t count;
};

enum undo_foreign {
	UNDO_LEAVE,	/* such a file is left as it is */
	UNDO_OVERWRITE, /* it is put back all the same */
};

/* What it takes to undo the commands from one to before another (indices). */
void undo_plan(const struct journal *journal, size_t from, size_t to, struct undo *undo);
/* Adds a step; `was` and `text` as above. */
void undo_add(struct undo *undo, const char *path, enum undo_how how, char *text);
/*
 * Takes them, and adds a line for each to `steps`; with --dry-run these are what would be
 * done. With the last one the command is done, if `is_all`. 0, or -errno and a sentence.
 */
int undo_apply(const struct undo *undo, enum undo_foreign foreign, bool is_all,
	struct lines *steps, char **why);
void undo_free(struct undo *undo);

/* Whether what a change made is there: the whole, or our part of it. */
bool undo_is_in_place(const struct journal_change *change);

#endif
