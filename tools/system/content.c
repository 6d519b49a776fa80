/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy is written where it stays: nobody believes one whose hash is not its name, and
 * the journal speaks of it only when it is synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/system/content.h"
#include "tools/system/replace.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

static void finish_hash(struct sha256_ctx *state, char hash[static CONTENT_HASH_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(state, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}

void content_hash(const char *text, size_t length, char hash[static CONTENT_HASH_SIZE])
{
	struct sha256_ctx state;

	sha256_init(&state);
	sha256_update(&state, length, (const uint8_t *)text);
	finish_hash(&state, hash);
}

int content_hash_file(const char *real, char hash[static CONTENT_HASH_SIZE])
{
	int file = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct sha256_ctx state;
	uint8_t buffer[32768];
	ssize_t got;

	if (file < 0)
		return -errno;
	sha256_init(&state);
	while ((got = read(file, buffer, sizeof(buffer))) > 0 ||
		(got < 0 && errno == EINTR))
		if (got > 0)
			sha256_update(&state, (size_t)got, buffer);
	if (got < 0) {
		got = -errno;
		close(file);
		return (int)got;
	}
	close(file);
	finish_hash(&state, hash);
	return 0;
}

char *content_path(const char *hash)
{
	return format_text(CONTENT_DIRECTORY "/%s", hash);
}

static bool is_kept(const char *hash)
{
	CLEANUP_FREE char *text = NULL;

	return content_read(hash, &text, NULL) == 0;
}

static int write_copy(const char *real, const char *text, size_t length)
{
	int file =
		open(real, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int error;

	if (file < 0)
		return -errno;
	error = write_all(file, text, length);
	if (error == 0 && fsync(file) < 0)
		error = -errno;
	if (close(file) < 0 && error == 0)
		error = -errno;
	if (error < 0)
		unlink(real);
	return error;
}

int content_keep(const char *text, size_t length, const char *hash)
{
	CLEANUP_FREE char *path = content_path(hash);
	CLEANUP_FREE char *directory = NULL, *real = NULL;
	int error;

	if (is_kept(hash))
		return 0;
	error = root_resolve(CONTENT_DIRECTORY, &directory);
	if (error == 0 && mkdir(directory, 0700) < 0 && errno != EEXIST)
		error = -errno;
	if (error == 0)
		error = root_resolve(path, &real);
	if (error == 0)
		error = write_copy(real, text, length);
	return error == 0 ? sync_path(directory, O_DIRECTORY) : error;
}

int content_read(const char *hash, char **text, size_t *length)
{
	CLEANUP_FREE char *path = content_path(hash);
	char found[CONTENT_HASH_SIZE];
	char *read = NULL;
	size_t size = 0;
	int error = root_read(path, &read, &size);

	if (error < 0)
		return error;
	content_hash(read, size, found);
	if (strcmp(found, hash) != 0) {
		free(read);
		return -EILSEQ;
	}
	*text = read;
	if (length != NULL)
		*length = size;
	return 0;
}

void content_sweep(bool (*wanted)(const char *hash, const void *data), const void *data)
{
	char **names = root_list(CONTENT_DIRECTORY);

	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path = content_path(names[i]);
		CLEANUP_FREE char *real = NULL;

		if (!wanted(names[i], data) && root_resolve(path, &real) == 0)
			unlink(real);
	}
	root_list_free(names);
}
