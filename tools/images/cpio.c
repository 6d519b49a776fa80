/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/text.h"
#include "tools/text/string.h"
#include "tools/images/cpio.h"
#include "tools/images/parts.h"

enum {
	HEADER_SIZE = 110, /* six characters, then thirteen fields of eight */
	FIELD_MODE = 1,
	FIELD_SIZE = 6,
	FIELD_NAME_SIZE = 11,
	NAME_SIZE_MAX = 4096,
	CONTENT_MAX = 16 * 1024 * 1024, /* what anyone here wants to see is far smaller */
};

struct cpio {
	struct parts *parts;
	bool inside;   /* an archive has begun, and its trailer has not been seen */
	uint32_t size; /* bytes of the current entry that have not been passed */
	uint64_t left; /* the same, with its padding */
	char name[NAME_SIZE_MAX];
};

struct cpio *cpio_open(const char *path, char **why)
{
	struct parts *parts = parts_open(path, why);
	struct cpio *cpio;

	if (parts == NULL)
		return NULL;
	cpio = allocate_more(NULL, sizeof(*cpio));
	memset(cpio, 0, sizeof(*cpio));
	cpio->parts = parts;
	return cpio;
}

void cpio_close(struct cpio *cpio)
{
	parts_close(cpio->parts);
	free(cpio);
}

/* A field of eight hexadecimal digits; false if it holds anything else. */
static bool field(const char *header, unsigned int index, uint32_t *value)
{
	const char *digits = header + 6 + index * 8;

	*value = 0;
	for (unsigned int i = 0; i < 8; i++) {
		int digit = hex_digit(digits[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint32_t)digit;
	}
	return true;
}

/* Headers, names and contents are filled up to a multiple of four bytes. */
static unsigned int padding(uint32_t size)
{
	return -size & 3;
}

static int read_header(
	struct cpio *cpio, struct cpio_entry *entry, uint32_t *name_size, char **why)
{
	char header[HEADER_SIZE];
	int result = parts_take(cpio->parts, header, sizeof(header), why);

	if (result < 0)
		return result;
	if ((memcmp(header, "070701", 6) != 0 && memcmp(header, "070702", 6) != 0) ||
		!field(header, FIELD_MODE, &entry->mode) ||
		!field(header, FIELD_SIZE, &entry->size) ||
		!field(header, FIELD_NAME_SIZE, name_size) || *name_size == 0 ||
		*name_size > NAME_SIZE_MAX)
		return parts_damaged(cpio->parts, why,
			"is damaged: a cpio header in it cannot be read");
	return 0;
}

int cpio_next(struct cpio *cpio, struct cpio_entry *entry, char **why)
{
	uint32_t name_size = 0;
	int result;

	for (;;) {
		result = parts_skip(cpio->parts, cpio->left, why);
		cpio->left = 0;
		if (result == 0 && !cpio->inside) {
			result = parts_find(cpio->parts, why);
			if (result == 0)
				return 0;
			cpio->inside = true;
		}
		if (result >= 0)
			result = read_header(cpio, entry, &name_size, why);
		if (result == 0)
			result = parts_take(cpio->parts, cpio->name, name_size, why);
		if (result < 0)
			return result;
		cpio->name[name_size - 1] = '\0';
		if (strcmp(cpio->name, "TRAILER!!!") != 0)
			break;
		cpio->inside = false;
	}
	result = parts_skip(cpio->parts, padding(HEADER_SIZE + name_size), why);
	if (result < 0)
		return result;
	cpio->size = entry->size;
	cpio->left = (uint64_t)entry->size + padding(entry->size);
	entry->name = cpio->name;
	return 1;
}

int cpio_content(struct cpio *cpio, char **content, char **why)
{
	char *copy;
	int result;

	if (cpio->size > CONTENT_MAX)
		return parts_damaged(
			cpio->parts, why, "has a file of an absurd size in it");
	copy = allocate_more(NULL, (size_t)cpio->size + 1);
	result = parts_take(cpio->parts, copy, cpio->size, why);
	if (result < 0) {
		free(copy);
		return result;
	}
	copy[cpio->size] = '\0';
	cpio->left = padding(cpio->size);
	cpio->size = 0;
	*content = copy;
	return 0;
}
