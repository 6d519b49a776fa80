/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading GRUB's script language as far as menu entries need it. Pure. */
#ifndef TOOLS_BOOT_GRUB_MENU_H
#define TOOLS_BOOT_GRUB_MENU_H

#include "tools/text/lines.h"
#include "tools/text/string.h"

/*
 * A menuentry or submenu at the outermost level of the text that was read. The spans of
 * words are as they stand there, with their quotes.
 */
struct menu_entry {
	bool submenu;
	char *title; /* without quotes */
	char *id;    /* likewise; "" if it has none */
	/* What stands between title and id, or title and brace, for an entry of the same
	 * kind: "--class debian --class os --unrestricted". */
	char *options;
	char *body; /* between the braces, as it stands there */
};

struct menu {
	struct menu_entry *entry;
	size_t count;
};

/*
 * Finds the entries of a GRUB script; everything else in it is passed over. 0, or -EINVAL
 * and a sentence if its quotes or braces do not match.
 */
int menu_read(const char *text, struct menu *menu, char **why);
void menu_free(struct menu *menu);

/* What a body does, in the first command of each kind; malloc'ed, NULL if there is none.
 */
char *menu_kernel(const char *body); /* "/boot/vmlinuz-6.1.0-1-amd64", of linux */
char *menu_initrd(const char *body); /* the last file of initrd but our archive */

enum menu_kind { MENU_LINUX, MENU_INITRD };
/* A command as it stands in a body, from its name to its last word. */
struct menu_command {
	const char *start, *end;
	struct lines words; /* with their quotes, its name first */
};
/* The first of its kind; without words if there is none. lines_free its words. */
void menu_find(const char *body, enum menu_kind kind, struct menu_command *command);

/* The linux command's arguments as one line, without quotes: the kernel's command line.
 */
char *menu_parameters(const char *body);
/* Whether the kernel gets, as GRUB reads the body, the flag that is in these words. */
bool menu_passes_flag(const char *body, const char *words);
/*
 * The body without any command `drop`, and with the lines `insert` (NULL: none) before
 * the first linux command, each ending in a newline. malloc'ed; NULL if the body loads no
 * kernel.
 */
char *menu_body(const char *body, const char *drop, const char *insert);

#endif
