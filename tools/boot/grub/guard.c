/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/confirming.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/guard.h"
#include "tools/system/root.h"
#include "tools/system/run.h"

enum { PROBE_SECONDS = 60 };

/*
 * What lies between GRUB and a partition (grub-probe's abstractions) and cannot be
 * written through: see GRUB's manual on save_env, and 00_header.
 */
static const struct {
	const char *abstraction; /* the start of its name */
	const char *what;
} layers[] = {
	{"lvm", "on LVM"},
	{"mdraid", "on a RAID"},
	{"raid", "on a RAID"},
	{"diskfilter", "on a RAID"},
	{"cryptodisk", "encrypted"},
	{"luks", "encrypted"},
	{"geli", "encrypted"},
};

/*
 * File systems whose files GRUB overwrites in place. The others move a file when it is
 * written, keep small files elsewhere, or are not known to work.
 */
static const char *const writable[] = {"ext2", "fat", "exfat", "xfs", "jfs"};

static char *run_probe(const char *target, const char *path, char **why)
{
	CLEANUP_FREE char *option = format_text("--target=%s", target);
	char program[32];
	const char *const argv[] = {grub_program("probe", program), option, path, NULL};
	struct run_result result;
	char *answer;

	if (run_program_well(&(struct run){.argv = argv, .timeout = PROBE_SECONDS},
		    &result, why) < 0)
		return NULL;
	answer = copy_text(result.output);
	run_free(&result);
	answer[strcspn(answer, "\n")] = '\0';
	return answer;
}

/* NULL if GRUB can write the file there; else a clause on why not, malloc'ed. */
static char *cannot_write(const char *path)
{
	CLEANUP_FREE char *why = NULL, *abstraction = NULL, *system = NULL;

	abstraction = run_probe("abstraction", path, &why);
	if (abstraction != NULL)
		system = run_probe("fs", path, &why);
	if (system == NULL)
		return format_text(
			"grub-probe cannot tell what %s is on (%s)", path, why);
	for (size_t i = 0; i < ARRAY_SIZE(layers); i++)
		if (text_begins(abstraction, layers[i].abstraction))
			return format_text("%s is %s, where GRUB cannot write", path,
				layers[i].what);
	if (abstraction[0] != '\0')
		return format_text(
			"%s is below %s, where GRUB cannot write", path, abstraction);
	for (size_t i = 0; i < ARRAY_SIZE(writable); i++)
		if (strcmp(system, writable[i]) == 0)
			return NULL;
	return format_text("%s is on %s, where GRUB cannot write", path, system);
}

void grub_guard(struct boot_guard *guard)
{
	CLEANUP_FREE char *grubenv = grub_file("grubenv");
	const char *directory = grub_directory();
	char *reason = cannot_write(
		root_exists(grubenv) || directory == NULL ? grubenv : directory);

	guard->save = reason == NULL;
	if (reason == NULL)
		reason = boot_nobody_confirms();
	guard->on = reason == NULL;
	guard->reason = reason;
}
