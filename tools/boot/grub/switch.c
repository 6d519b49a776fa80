/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/text/string.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/switch.h"
#include "tools/system/root.h"

int grub_set(enum boot_switch to, bool *changed, char **why)
{
	/* All four are there from the first on, so that GRUB has room for its marks. */
	static const char *const off[] = {
		GRUBENV_ENABLED "=0", GRUBENV_ONCE "=0", GRUBENV_FAILED "=0", NULL};
	static const char *const on[] = {GRUBENV_ENABLED "=1", GRUBENV_ONCE "=0",
		GRUBENV_PENDING "=0", GRUBENV_FAILED "=0", NULL};
	static const char *const once[] = {GRUBENV_ENABLED "=0", GRUBENV_ONCE "=1",
		GRUBENV_PENDING "=0", GRUBENV_FAILED "=0", NULL};
	CLEANUP_FREE char *text = NULL;
	int error = grubenv_read(&text, why);

	*changed = false;
	if (error < 0)
		return error;
	if (to != BOOT_OFF)
		return grubenv_change(to == BOOT_ONCE ? once : on, changed, why);
	/* Where nothing is on, nothing is written, not even zeros. */
	if (!grubenv_is_set(text, GRUBENV_ENABLED) &&
		!grubenv_is_set(text, GRUBENV_ONCE) &&
		!grubenv_is_set(text, GRUBENV_FAILED))
		return 0;
	return grubenv_change(off, changed, why);
}

/*
 * A system that wakes from hibernation still has in memory what was in the file before
 * GRUB set its mark there: this makes the kernel read it from the disk.
 */
static void forget_grubenv(void)
{
	CLEANUP_FREE char *path = grub_file("grubenv");
	CLEANUP_FREE char *real = NULL;
	int file = root_resolve(path, &real) == 0 ? open(real, O_RDONLY | O_CLOEXEC) : -1;

	if (file < 0)
		return;
	posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	close(file);
}

/* Only a mark that is set is changed: where there is none, grubenv is not even made. */
static int change_mark(
	const char *const *change, bool stopped_too, bool *changed, char **why)
{
	CLEANUP_FREE char *text = NULL, *mark = NULL;
	int error;

	*changed = false;
	forget_grubenv();
	error = grubenv_read(&text, why);
	if (error < 0)
		return error;
	mark = grubenv_value(text, GRUBENV_PENDING);
	if (mark == NULL || !(strcmp(mark, "1") == 0 ||
				    (stopped_too && strcmp(mark, GRUBENV_STOPPED) == 0)))
		return 0;
	return grubenv_change(change, changed, why);
}

int grub_confirm(bool *changed, char **why)
{
	static const char *const clear[] = {GRUBENV_PENDING "=0", NULL};

	return change_mark(clear, true, changed, why);
}

/* The section of an earlier version takes this mark for none: there the "1" stays, by
 * which the next boot is a normal one, too. */
static bool section_knows_stopped(void)
{
	CLEANUP_FREE char *path = grub_file("grub.cfg");
	CLEANUP_FREE char *config = NULL;

	return root_read(path, &config, NULL) == 0 &&
	       strstr(config, "\"${" GRUBENV_PENDING "}\" = \"" GRUBENV_STOPPED "\"") !=
		       NULL;
}

int grub_stop(bool *changed, char **why)
{
	static const char *const stopped[] = {GRUBENV_PENDING "=" GRUBENV_STOPPED, NULL};

	*changed = false;
	if (!section_knows_stopped())
		return 0;
	return change_mark(stopped, false, changed, why);
}
