/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/images/parts.h"
#include "tools/system/root.h"

enum {
	PLAIN_BUFFER = 4096, /* most of a plain part is skipped: more would be in vain */
	COMPRESSED_BUFFER = 128 * 1024,
};

struct parts {
	char *path;
	int file;
	off_t file_size;
	off_t at; /* the byte of the file that is read next */

	/* Not NULL inside a compressed part; reads the file through read_file(). */
	struct archive *archive;
	off_t archive_start;

	const char *data; /* at hand */
	size_t available;
	char buffer[COMPRESSED_BUFFER];
};

int parts_damaged(const struct parts *parts, char **why, const char *what)
{
	*why = format_text("%s %s", parts->path, what);
	return -EBADMSG;
}

struct parts *parts_open(const char *path, char **why)
{
	CLEANUP_FREE char *real = root_path(path);
	int file = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct parts *parts;
	struct stat status;

	if (file < 0 || fstat(file, &status) < 0) {
		*why = format_text("%s cannot be read: %s", path, strerror(errno));
		if (file >= 0)
			close(file);
		return NULL;
	}
	if (!S_ISREG(status.st_mode)) {
		*why = format_text("%s is not a regular file", path);
		close(file);
		return NULL;
	}
	parts = allocate_more(NULL, sizeof(*parts));
	memset(parts, 0, sizeof(*parts));
	parts->path = copy_text(path);
	parts->file = file;
	parts->file_size = status.st_size;
	parts->data = parts->buffer;
	return parts;
}

void parts_close(struct parts *parts)
{
	if (parts->archive != NULL)
		archive_read_free(parts->archive);
	close(parts->file);
	free(parts->path);
	free(parts);
}

/* The file's next bytes into the buffer; their number, 0 at its end, or -errno. */
static ssize_t read_file(struct parts *parts, size_t size)
{
	ssize_t got;

	do
		got = pread(parts->file, parts->buffer, size, parts->at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	parts->at += got;
	return got;
}

static la_ssize_t feed_archive(struct archive *archive, void *data, const void **block)
{
	struct parts *parts = data;
	ssize_t got = read_file(parts, sizeof(parts->buffer));

	if (got < 0) {
		archive_set_error(archive, (int)-got, "%s", strerror((int)-got));
		return ARCHIVE_FATAL;
	}
	*block = parts->buffer;
	return got;
}

static int fill_plain(struct parts *parts, char **why)
{
	ssize_t got = read_file(parts, PLAIN_BUFFER);

	if (got < 0) {
		*why = format_text(
			"%s cannot be read: %s", parts->path, strerror((int)-got));
		return (int)got;
	}
	parts->data = parts->buffer;
	parts->available = (size_t)got;
	return got > 0;
}

static int fill_compressed(struct parts *parts, char **why)
{
	const void *data;
	la_int64_t offset;
	int result;

	do
		result = archive_read_data_block(
			parts->archive, &data, &parts->available, &offset);
	while (result == ARCHIVE_RETRY ||
		(result == ARCHIVE_OK && parts->available == 0));
	if (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
		parts->data = data;
		return 1;
	}
	parts->data = parts->buffer;
	parts->available = 0;
	if (result == ARCHIVE_EOF)
		return 0;
	*why = format_text("%s is damaged or cut short: %s", parts->path,
		archive_error_string(parts->archive));
	return -EBADMSG;
}

/* More bytes at hand: 1, 0 at the end of the part, or -errno. */
static int fill(struct parts *parts, char **why)
{
	return parts->archive != NULL ? fill_compressed(parts, why)
				      : fill_plain(parts, why);
}

static void advance(struct parts *parts, size_t bytes)
{
	parts->data += bytes;
	parts->available -= bytes;
}

/* As fill(), where the part must not end. */
static int need(struct parts *parts, char **why)
{
	int result = fill(parts, why);

	return result == 0 ? parts_damaged(parts, why, "is cut short") : result;
}

int parts_take(struct parts *parts, void *to, size_t size, char **why)
{
	while (size > 0) {
		size_t piece = size < parts->available ? size : parts->available;

		if (piece == 0) {
			int result = need(parts, why);

			if (result < 0)
				return result;
			continue;
		}
		memcpy(to, parts->data, piece);
		advance(parts, piece);
		to = (char *)to + piece;
		size -= piece;
	}
	return 0;
}

int parts_skip(struct parts *parts, uint64_t size, char **why)
{
	while (size > parts->available) {
		int result;

		size -= parts->available;
		parts->available = 0;
		if (parts->archive == NULL) {
			if (size > (uint64_t)(parts->file_size - parts->at))
				return parts_damaged(parts, why, "is cut short");
			parts->at += (off_t)size;
			return 0;
		}
		result = need(parts, why);
		if (result < 0)
			return result;
	}
	advance(parts, (size_t)size);
	return 0;
}

/* To the next byte that is not zero: 1, 0 if the part ends before, or -errno. */
static int skip_zeros(struct parts *parts, char **why)
{
	for (;;) {
		int result;

		while (parts->available > 0 && parts->data[0] == '\0')
			advance(parts, 1);
		if (parts->available > 0)
			return 1;
		result = fill(parts, why);
		if (result <= 0)
			return result;
	}
}

/* Whether the bytes begin one of the compressions that a kernel can be built with. */
static bool is_compressed(const char *data, size_t length)
{
	static const char *const magic[] = {"\x1f\x8b", "\x1f\x9e", "BZ", "\x5d\x00",
		"\xfd\x37", "\x89\x4c", "\x02\x21", "\x28\xb5"};

	for (size_t i = 0; length >= 2 && i < ARRAY_SIZE(magic); i++)
		if (memcmp(data, magic[i], 2) == 0)
			return true;
	return false;
}

/* From here on the file's bytes are decompressed. */
static int open_compressed(struct parts *parts, char **why)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	if (archive == NULL) {
		*why = format_text("%s: %s", parts->path, strerror(ENOMEM));
		return -ENOMEM;
	}
	parts->at -= (off_t)parts->available;
	parts->available = 0;
	parts->archive_start = parts->at;
	parts->archive = archive;
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lzop(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_filter_zstd(archive);
	/* Its own cpio reader would stop at the first trailer. */
	archive_read_support_format_raw(archive);
	if (archive_read_open(archive, parts, NULL, feed_archive, NULL) == ARCHIVE_OK &&
		archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		return 1;
	*why = format_text("%s cannot be decompressed: %s", parts->path,
		archive_error_string(archive));
	return -EBADMSG;
}

/* What stands behind the compressed part is plain again. */
static void close_compressed(struct parts *parts)
{
	parts->at = parts->archive_start + archive_filter_bytes(parts->archive, -1);
	archive_read_free(parts->archive);
	parts->archive = NULL;
}

int parts_find(struct parts *parts, char **why)
{
	for (;;) {
		int result = skip_zeros(parts, why);

		if (result < 0)
			return result;
		if (result == 0) {
			if (parts->archive == NULL)
				return 0;
			close_compressed(parts);
			continue;
		}
		if (parts->data[0] == '0')
			return 1;
		if (parts->archive == NULL && parts->available < 2) {
			/* the second byte of the magic is in the next buffer */
			parts->at -= (off_t)parts->available;
			result = fill_plain(parts, why);
			if (result < 0)
				return result;
		}
		if (parts->archive != NULL ||
			!is_compressed(parts->data, parts->available))
			return parts_damaged(parts, why,
				"is no initramfs image, or is damaged: neither a cpio "
				"archive nor a known compression begins where one should");
		result = open_compressed(parts, why);
		if (result < 0)
			return result;
	}
}
