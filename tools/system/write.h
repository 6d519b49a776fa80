/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door: everything that the tool changes on a disk below --root goes through here,
 * and nothing else opens a file for writing, renames or removes (tests/door.txt). What a
 * file was is in the journal before it is changed (journal.h). What the user wants
 * written elsewhere is output.h's.
 */
#ifndef TOOLS_SYSTEM_WRITE_H
#define TOOLS_SYSTEM_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/system/file-state.h"
#include "tools/system/replace.h"
#include "tools/system/run.h"

/* --dry-run: nothing is written, and `changed` says what would be. */
extern bool write_dry_run;

/*
 * A file is replaced as a whole: a draft in its directory is written, synced, renamed
 * over it, and the directory synced; a power cut leaves the old text or the new one. A
 * symbolic link stays, and its target is replaced. Mode and owner stay; a new file has
 * 0644, and directories that are missing above it are made. An equal text is not written
 * again. 0, or -errno and a sentence.
 */
int write_file(
	const char *path, const char *text, size_t length, bool *changed, char **why);
/* Removes a file; one that is not there is no change. A symbolic link stays, and its
 * target goes. 0, or -errno and a sentence. */
int write_remove(const char *path, bool *changed, char **why);
/*
 * Makes a file what it was, as the journal has it: content, mode and owner, or not there;
 * then directories that were made for it go, too, from `directory` on, if they are empty
 * (NULL: none was). 0, or -errno and a sentence.
 */
int write_back(const char *path, const struct file_state *state, const char *directory,
	char **why);
/* Removes drafts of this file that a cut left beside it. */
void write_clear_drafts(const char *path);
/* The same for what programs have beside a file while they make it, if it is no older
 * than the time, as the journal has it. */
void write_clear_leftovers(const char *path, const char *since);

/*
 * A boot loader reads a file system without its journal, where the kernel keeps what was
 * written last: this waits until all of the file system that `path` is on is in its
 * place, so that even a power cut right behind it changes nothing. 0, or -errno and a
 * sentence.
 */
int write_settle(const char *path, char **why);

/* For a file that another program has to write: it works on the draft (replace.h). */

/*
 * Makes a draft with this text in it. 0 and something for draft_finish or draft_drop, or
 * -errno and a sentence. Not for --dry-run.
 */
int draft_begin(struct draft *draft, const char *path, const char *text, size_t length,
	char **why);
/* An empty one of an image, of which the journal keeps no copy. Likewise. */
int draft_begin_image(struct draft *draft, const char *path, char **why);
/* Its path below --root, malloc'ed. */
char *draft_path(const struct draft *draft);
/* Syncs the draft and puts it in place. 0, or -errno and a sentence; frees either way. */
int draft_finish(struct draft *draft, char **why);
/* Removes the draft and frees; does nothing after draft_finish. */
void draft_drop(struct draft *draft);

/*
 * Runs a program that changes files by itself, where they are: `paths`, ended by NULL,
 * are all that it may change. Like run_program_well. Not for --dry-run.
 */
int write_by(const struct run *order, const char *const *paths, struct run_result *result,
	char **why);
/* The same for one that makes an image, of which the journal keeps no copy. */
int write_image_by(
	const struct run *order, const char *path, struct run_result *result, char **why);

#endif
