/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block (grub-core/lib/envblk.c of GRUB): a first line "# GRUB Environment Block",
 * lines name=value in which a backslash stands in front of a backslash or newline, and
 * "#" up to the size of 1024 bytes, which may not change: GRUB writes sectors, not files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/boot/grub/environment.h"
#include "tools/system/lock.h"
#include "tools/system/root.h"
#include "tools/system/run.h"
#include "tools/system/write.h"

static const char signature[] = "# GRUB Environment Block\n";

/* For the moment in which grubenv is read and replaced: `confirm` has no time to wait
 * until `enable` has made its images. */
static const char lock_name[] = "grubenv.lock";

/* Of a block that grub-editenv makes. */
static const size_t new_size = 1024;

enum { EDIT_SECONDS = 30, LOCK_SECONDS = 60 };

const char *grub_directory(void)
{
	static const char *const directories[] = {"/boot/grub", "/boot/grub2"};

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		CLEANUP_FREE char *config = format_text("%s/grub.cfg", directories[i]);

		if (root_exists(config))
			return directories[i];
	}
	return NULL;
}

char *grub_file(const char *name)
{
	const char *directory = grub_directory();

	return format_text("%s/%s", directory != NULL ? directory : "/boot/grub", name);
}

const char *grub_program(const char *name, char path[32])
{
	const char *directory = grub_directory();

	snprintf(path, 32, "grub2-%s", name);
	if (run_finds(path))
		return path;
	snprintf(path, 32, "grub-%s", name);
	/* A captured system has its files, but not its programs. */
	if (!run_finds(path) && directory != NULL &&
		strcmp(directory, "/boot/grub2") == 0)
		snprintf(path, 32, "grub2-%s", name);
	return path;
}

int grubenv_read(char **text, char **why)
{
	CLEANUP_FREE char *path = grub_file("grubenv");
	size_t length;
	int error = root_read(path, text, &length);

	if (error == -ENOENT) {
		*text = copy_text("");
		return 0;
	}
	if (error < 0) {
		*why = format_text(
			"cannot read %s%s: %s", root_directory, path, strerror(-error));
		return error;
	}
	if (length == 0 || (strlen(*text) == length && text_begins(*text, signature)))
		return 0;
	*why = format_text(
		"%s%s is not a block of GRUB variables; 'grub-editenv %s create' "
		"makes an empty one",
		root_directory, path, path);
	free(*text);
	*text = NULL;
	return -EINVAL;
}

char *grubenv_value(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = text; *at != '\0';) {
		const char *end = at;

		while (*end != '\0' && *end != '\n')
			end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
		if (at[0] != '#' && strncmp(at, name, length) == 0 && at[length] == '=') {
			char *value = format_text("%.*s",
				(int)(end - at - (int)length - 1), at + length + 1);
			char *to = value;

			for (const char *from = value; *from != '\0'; from++) {
				if (from[0] == '\\' && from[1] != '\0')
					from++;
				*to++ = *from;
			}
			*to = '\0';
			return value;
		}
		at = *end == '\0' ? end : end + 1;
	}
	return NULL;
}

bool grubenv_is_set(const char *text, const char *name)
{
	CLEANUP_FREE char *value = grubenv_value(text, name);

	return value != NULL && strcmp(value, "1") == 0;
}

/* Whether the block has it already: "name=value", or "name" for none. */
static bool holds(const char *text, const char *change)
{
	const char *equals = strchr(change, '=');
	size_t length = equals != NULL ? (size_t)(equals - change) : strlen(change);
	CLEANUP_FREE char *name = format_text("%.*s", (int)length, change);
	CLEANUP_FREE char *value = grubenv_value(text, name);

	if (equals == NULL)
		return value == NULL;
	return value != NULL && strcmp(value, equals + 1) == 0;
}

static bool holds_all(const char *text, const char *const *changes)
{
	for (; *changes != NULL; changes++)
		if (!holds(text, *changes))
			return false;
	return true;
}

/* grub-editenv DRAFT COMMAND [WORD...]; the words are those of `changes` that set
 * something, or those that remove something. */
static int run_editenv(
	const char *draft, const char *command, const char *const *changes, char **why)
{
	bool setting = strcmp(command, "set") == 0;
	CLEANUP_FREE const char **argv = NULL;
	struct run_result result;
	char program[32];
	size_t count = 3;
	int error;

	argv = allocate_more(NULL, 3 * sizeof(*argv));
	argv[0] = grub_program("editenv", program);
	argv[1] = run_name(draft);
	argv[2] = command;
	for (; changes != NULL && *changes != NULL; changes++) {
		if ((strchr(*changes, '=') != NULL) != setting)
			continue;
		argv = allocate_more(argv, (count + 1) * sizeof(*argv));
		argv[count++] = *changes;
	}
	if (changes != NULL && count == 3)
		return 0;
	argv = allocate_more(argv, (count + 1) * sizeof(*argv));
	argv[count] = NULL;
	error = run_program_well(&(struct run){.argv = argv,
					 .timeout = EDIT_SECONDS,
					 .writes = true,
					 .host_will_do = true},
		&result, why);
	if (error == 0)
		run_free(&result);
	return error;
}

/* The draft as grub-editenv left it: still a block, as long as before, with our values.
 */
static int check_draft(const char *draft, size_t size, const char *const *changes)
{
	FILE *file = fopen(draft, "re");
	CLEANUP_FREE char *text = NULL;
	size_t got;

	if (file == NULL)
		return -errno;
	text = allocate_more(NULL, size + 2);
	got = fread(text, 1, size + 1, file);
	fclose(file);
	text[got] = '\0';
	if (got != size || !text_begins(text, signature) || !holds_all(text, changes))
		return -EIO;
	return 0;
}

/* The draft with our values, made by grub-editenv. What it said goes to `*said`. */
static int edit_draft(
	const char *draft, size_t size, const char *const *changes, char **said)
{
	int error = 0;

	if (size == 0)
		error = run_editenv(draft, "create", NULL, said);
	if (error == 0)
		error = run_editenv(draft, "unset", changes, said);
	if (error == 0)
		error = run_editenv(draft, "set", changes, said);
	if (error == 0)
		error = check_draft(draft, size > 0 ? size : new_size, changes);
	return error;
}

static char *tell_failed_edit(const char *path, size_t size, int error, const char *said)
{
	if (said != NULL && strstr(said, "too small") != NULL)
		return format_text("no room for our variables in %s%s, which has %zu "
				   "bytes; 'grub-editenv %s list' shows what fills it, "
				   "and 'unset NAME' makes room",
			root_directory, path, size > 0 ? size : new_size, path);
	return format_text("cannot change %s%s: %s", root_directory, path,
		said != NULL ? said : strerror(-error));
}

/* grubenv_change, undisturbed. */
static int change_block(const char *const *changes, bool *changed, char **why)
{
	CLEANUP_FREE char *path = grub_file("grubenv");
	CLEANUP_FREE char *text = NULL, *said = NULL;
	struct draft draft;
	size_t size;
	int error = grubenv_read(&text, why);

	if (error < 0 || holds_all(text, changes))
		return error;
	if (write_dry_run) {
		*changed = true;
		return 0;
	}
	size = strlen(text);
	error = draft_begin(&draft, path, text, size, why);
	if (error < 0)
		return error;
	error = edit_draft(draft.temporary, size, changes, &said);
	if (error < 0) {
		*why = tell_failed_edit(path, size, error, said);
		draft_drop(&draft);
		return error;
	}
	error = draft_finish(&draft, why);
	*changed = error == 0;
	return error;
}

int grubenv_change(const char *const *changes, bool *changed, char **why)
{
	CLEANUP_FREE char *path = grub_file("grubenv");
	int lock = -1, error = 0;

	*changed = false;
	if (!write_dry_run)
		error = lock_take(
			lock_name, "changing grubenv", LOCK_SECONDS, &lock, why);
	if (error == -EBUSY)
		return error;
	/* Where there can be no lock, the change is worth more. */
	if (error < 0) {
		free(*why);
		*why = NULL;
	}
	error = change_block(changes, changed, why);
	lock_drop(lock);
	return error == 0 && *changed ? write_settle(path, why) : error;
}
