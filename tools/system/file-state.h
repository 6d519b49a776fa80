/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a file is at one moment: whether it is there, its content by hash, mode and owner.
 */
#ifndef TOOLS_SYSTEM_FILE_STATE_H
#define TOOLS_SYSTEM_FILE_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tools/system/content.h"

enum keep {
	KEEP_CONTENT, /* a copy of it, and its hash */
	KEEP_HASH,    /* its hash alone: images */
};

struct file_state {
	bool there;
	bool kept; /* content_read has its content */
	char hash[CONTENT_HASH_SIZE];
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
	long long changed; /* st_mtime, seconds since the epoch */
};

/*
 * Of a path below --root, links followed; its content is kept if that is asked for. 0
 * also for a file that is not there; or -errno: -EINVAL if it is no regular file.
 */
int file_state_read(const char *path, enum keep keep, struct file_state *state);
/* Whether the content is the same, or both are not there. */
bool file_state_same(const struct file_state *one, const struct file_state *other);

/* As the journal has it; null is a file that is not there. */
json_t *file_state_json(const struct file_state *state);
/* False if it is none. */
bool file_state_of_json(const json_t *json, struct file_state *state);

#endif
