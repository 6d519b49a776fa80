/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/system/file-state.h"
#include "tools/system/root.h"
#include "tools/text/json.h"
#include "tools/text/string.h"

enum { PERMISSIONS = 07777 };

static int read_content(const char *path, struct file_state *state)
{
	CLEANUP_FREE char *text = NULL;
	size_t length;
	int error = root_read(path, &text, &length);

	if (error < 0)
		return error;
	content_hash(text, length, state->hash);
	error = content_keep(text, length, state->hash);
	state->kept = error == 0;
	return error;
}

int file_state_read(const char *path, enum keep keep, struct file_state *state)
{
	CLEANUP_FREE char *real = NULL;
	struct stat status;
	int error = root_resolve(path, &real);

	*state = (struct file_state){0};
	if (error < 0)
		return error;
	if (stat(real, &status) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	state->there = true;
	state->mode = status.st_mode & PERMISSIONS;
	state->uid = status.st_uid;
	state->gid = status.st_gid;
	state->changed = status.st_mtime;
	return keep == KEEP_CONTENT ? read_content(path, state)
				    : content_hash_file(real, state->hash);
}

bool file_state_same(const struct file_state *one, const struct file_state *other)
{
	return one->there == other->there &&
	       (!one->there || strcmp(one->hash, other->hash) == 0);
}

json_t *file_state_json(const struct file_state *state)
{
	CLEANUP_FREE char *mode = format_text("%04o", (unsigned int)state->mode);

	if (!state->there)
		return json_null();
	return json_pack("{s:s, s:b, s:s, s:I, s:I, s:I}", "sha256", state->hash, "kept",
		state->kept, "mode", mode, "uid", (json_int_t)state->uid, "gid",
		(json_int_t)state->gid, "changed", (json_int_t)state->changed);
}

static json_int_t number_at(const json_t *json, const char *key)
{
	return json_integer_value(json_object_get(json, key));
}

bool file_state_of_json(const json_t *json, struct file_state *state)
{
	const char *hash = json_text_at(json, "sha256");

	*state = (struct file_state){0};
	if (json_is_null(json))
		return true;
	if (strlen(hash) != CONTENT_HASH_SIZE - 1 ||
		strspn(hash, "0123456789abcdef") != CONTENT_HASH_SIZE - 1)
		return false;
	state->there = true;
	memcpy(state->hash, hash, CONTENT_HASH_SIZE);
	state->kept = json_is_true(json_object_get(json, "kept"));
	state->mode = (mode_t)strtoul(json_text_at(json, "mode"), NULL, 8) & PERMISSIONS;
	state->uid = (uid_t)number_at(json, "uid");
	state->gid = (gid_t)number_at(json, "gid");
	state->changed = number_at(json, "changed");
	return true;
}
