/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests: what is read, written and read again is the same. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tools/diagnose/capture/manifest.h"

/* "f" and "b" are two ways to write a file. */
static bool same_kind(char a, char b)
{
	return a == b || (strchr("fb", a) != NULL && strchr("fb", b) != NULL);
}

static void check(const struct manifest_entry *entry)
{
	struct manifest_entry again;
	struct manifest manifest;
	const char *why;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	PROMISE(to != NULL);
	PROMISE(entry->path[0] == '/' && strstr(entry->path, "/../") == NULL);
	PROMISE(entry->content[entry->length] == '\0');
	manifest_write(to, entry->path, entry->type, entry->content, entry->length);
	fclose(to);
	manifest = manifest_read((struct span){text, size});
	PROMISE(manifest_next(&manifest, &again, &why) == 1);
	PROMISE(strcmp(entry->path, again.path) == 0);
	PROMISE(same_kind(entry->type, again.type));
	PROMISE(entry->length == again.length);
	PROMISE(memcmp(entry->content, again.content, entry->length) == 0);
	manifest_entry_free(&again);
	PROMISE(manifest_next(&manifest, &again, &why) == 0);
	free(text);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct manifest manifest = manifest_read((struct span){(const char *)data, size});
	struct manifest_entry entry;
	unsigned int line = 0;
	const char *why;
	int got;

	while ((got = manifest_next(&manifest, &entry, &why)) > 0) {
		PROMISE(manifest.line > line);
		line = manifest.line;
		check(&entry);
		manifest_entry_free(&entry);
	}
	PROMISE((got < 0) == (why != NULL));
	return 0;
}
