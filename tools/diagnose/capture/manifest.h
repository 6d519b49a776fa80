/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A manifest: files of a system, or of a made-up one, as one text that a person can read
 * and edit. Lines:
 *
 *	PATH TAB TYPE TAB CONTENT
 *	TAB CONTENT		one more line of the file above
 *	# a comment, also empty lines
 *
 * PATH is absolute, without "." and ".." in it. TYPE is
 *
 *	f  a file of text: a newline is added to every line
 *	b  a file with these bytes and no newline
 *	l  a symbolic link; CONTENT is its target
 *	d  a directory; no content
 *	n  what stat says (node.h), where it is more than the file above can show:
 *	   "TYPE MAJOR:MINOR MODE UID GID CHANGED"
 *	x  nothing is here: removes what a manifest before put there
 *
 * In CONTENT "\n", "\t", "\\" and "\xNN" stand for bytes.
 */
#ifndef TOOLS_DIAGNOSE_CAPTURE_MANIFEST_H
#define TOOLS_DIAGNOSE_CAPTURE_MANIFEST_H

#include <stdbool.h>
#include <stdio.h>

#include "cmdline/text.h"

struct manifest {
	struct span rest;
	unsigned int line; /* of the entry that was read last */
	unsigned int next; /* the line that comes */
};

struct manifest_entry {
	char *path;
	char type;
	char *content; /* NUL-terminated, and may have NULs inside */
	size_t length;
};

/* Starts at the front of `text`. */
struct manifest manifest_read(struct span text);
/*
 * Reads the next entry: 1 and an entry for manifest_entry_free, 0 at the end, -1 and a
 * sentence about manifest->line. Pure.
 */
int manifest_next(
	struct manifest *manifest, struct manifest_entry *entry, const char **why);
void manifest_entry_free(struct manifest_entry *entry);

/* Writes an entry that manifest_next reads back. */
void manifest_write(
	FILE *to, const char *path, char type, const char *content, size_t length);

/* Whether a link's target has ".." at its front only: behind a name that may be a link
 * itself it could be anywhere, and such a link is not made. */
bool manifest_link_is_plain(const char *target);

#endif
