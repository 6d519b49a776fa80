/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one way in which a file is replaced: as a whole. A draft in its directory is
 * written, synced and renamed over it, and the directory is synced; a power cut leaves
 * the old file or the new one. Only a regular file is ever replaced.
 */
#ifndef TOOLS_SYSTEM_REPLACE_H
#define TOOLS_SYSTEM_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Paths are as the C library takes them. */
struct draft {
	char *path;	 /* as write.h names it in sentences; or NULL */
	char *target;	 /* what will be replaced */
	char *temporary; /* the draft */
	bool only_hash;	 /* of write.h: an image, of which no copy is kept */
	mode_t mode;	 /* what the new file gets, and no umask changes */
	bool owned;	 /* uid and gid are those of the old file */
	uid_t uid;
	gid_t gid;
};

/*
 * Makes an empty draft of `target`, which is no symbolic link. `mode` 0: mode and owner
 * stay, and a new file has 0644. The open draft, readable by its owner only, and
 * something for replace_finish or replace_drop; or -errno: -EINVAL if it is there, and no
 * regular file.
 */
int replace_begin(struct draft *draft, const char *target, mode_t mode);
/* Syncs the draft, whoever wrote it, and puts it in place. 0 or -errno, and the old file
 * is as it was; frees either way. `*placed`: only syncing the directory went wrong. */
int replace_finish(struct draft *draft, bool *placed);
/* Removes the draft and frees; does nothing after replace_finish. */
void replace_drop(struct draft *draft);

/* What the names of all drafts of a file begin with; malloc'ed. */
char *draft_front(const char *target);
/* write(2) to the end. 0 or -errno. */
int write_all(int file, const char *text, size_t length);
/* The directory that a path is in, malloc'ed. */
char *directory_of(const char *path);
/* 0 or -errno. */
int sync_path(const char *path, int flags);

#endif
