/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's directory, and the block of variables in it that GRUB reads at power-on. */
#ifndef TOOLS_BOOT_GRUB_ENVIRONMENT_H
#define TOOLS_BOOT_GRUB_ENVIRONMENT_H

#include <stdbool.h>

/* Our variables. "1" is set; anything else, or none at all, is not; but see the marks of
 * a boot that was stopped. */
#define GRUBENV_ENABLED "vfio_early"	     /* the passthrough entry is the default */
#define GRUBENV_ONCE "vfio_early_once"	     /* for the next boot only */
#define GRUBENV_PENDING "vfio_early_pending" /* a passthrough boot is to be confirmed */
#define GRUBENV_FAILED "vfio_early_failed"   /* one was not: normal boots from then on */

/* In place of the "1" of GRUBENV_PENDING: that boot was stopped in good order before it
 * was confirmed; and GRUB made a normal boot of the next one for that. */
#define GRUBENV_STOPPED "2"
#define GRUBENV_STOPPED_SEEN "3"

/* "/boot/grub" or "/boot/grub2", whichever holds a grub.cfg; NULL if there is none. */
const char *grub_directory(void);
/* A file in it, below --root; malloc'ed. */
char *grub_file(const char *name);
/* A program of GRUB under the name that the distribution has for it: "grub-probe" or
 * "grub2-probe" for "probe"; `path` is room for it. */
const char *grub_program(const char *name, char path[32]);

/*
 * The block's text. 0 and a malloc'ed text, "" if there is no grubenv, or -errno and a
 * sentence.
 */
int grubenv_read(char **text, char **why);
/* A variable of a block; malloc'ed, NULL if it is not there. */
char *grubenv_value(const char *text, const char *name);
/* Whether a variable of a block is "1". */
bool grubenv_is_set(const char *text, const char *name);
/*
 * Changes variables: "name=value", or "name" to remove it; NULL-terminated. All of them
 * at once or none, and no write where nothing changes. Makes the block if it is missing.
 * Of two vfio-early that do so at once one waits. 0, or -errno and a sentence.
 */
int grubenv_change(const char *const *changes, bool *changed, char **why);

#endif
