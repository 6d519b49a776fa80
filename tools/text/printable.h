/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes from files, device names and records, made fit for a terminal: no byte of it
 * may move the cursor, ring, or change what stands there already.
 */
#ifndef TOOLS_TEXT_PRINTABLE_H
#define TOOLS_TEXT_PRINTABLE_H

#include <stddef.h>

/* The bytes of the character of UTF-8 that begins here (RFC 3629); 0: none does. */
size_t utf8_length(const char *text);

/*
 * The text with control characters (C0 with ESC and BEL, DEL, and C1 in UTF-8) and bytes
 * that are not UTF-8 written as \xNN; malloc'ed, NULL if memory runs out. `keep` has the
 * control characters that stay: "" or "\n\t".
 */
char *printable_text(const char *text, const char *keep);

#endif
