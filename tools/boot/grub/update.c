/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/text/lines.h"
#include "tools/boot/state.h"
#include "tools/text/string.h"
#include "tools/boot/grub/environment.h"
#include "tools/boot/grub/menu.h"
#include "tools/boot/grub/section.h"
#include "tools/boot/grub/state.h"
#include "tools/boot/grub/update.h"
#include "tools/system/root.h"
#include "tools/system/run.h"
#include "tools/system/write.h"

enum { UPDATE_SECONDS = 900 };

/* Fedora's would rewrite grubenv and every boot entry file as well. */
static bool takes_no_grubenv_option(const char *program)
{
	CLEANUP_FREE char *path = format_text("/usr/sbin/%s", program);
	CLEANUP_FREE char *script = NULL;

	return root_read(path, &script, NULL) == 0 &&
	       strstr(script, "--no-grubenv-update") != NULL;
}

/* Debian's hands its arguments on to grub-mkconfig, whose last -o counts. */
static bool update_grub_takes_output(void)
{
	CLEANUP_FREE char *script = NULL;

	return root_read("/usr/sbin/update-grub", &script, NULL) == 0 &&
	       strstr(script, "grub-mkconfig -o ") != NULL &&
	       strstr(script, "\"$@\"") != NULL;
}

/* Whether it writes where we say, and not into grub.cfg itself. */
static bool writes_elsewhere(void)
{
	return !run_finds("update-grub") || update_grub_takes_output();
}

/* Debian's update-grub knows more than grub-mkconfig (Proxmox hooks into it). `config`:
 * where it writes; NULL: where it always does. */
static void find_command(const char *argv[static 5], char program[32], const char *config)
{
	size_t count = 0;

	if (run_finds("update-grub")) {
		argv[count++] = "update-grub";
		if (config != NULL) {
			argv[count++] = "-o";
			argv[count++] = config;
		}
	} else {
		argv[count++] = grub_program("mkconfig", program);
		if (takes_no_grubenv_option(program))
			argv[count++] = "--no-grubenv-update";
		argv[count++] = "-o";
		argv[count++] = config;
	}
	argv[count] = NULL;
}

char *grub_update_command(void)
{
	CLEANUP_FREE char *config = grub_file("grub.cfg");
	const char *argv[5];
	char program[32];
	char *command = copy_text("");

	find_command(argv, program, run_finds("update-grub") ? NULL : config);
	for (size_t i = 0; argv[i] != NULL; i++) {
		text_append(&command, "%s%s", i > 0 ? " " : "", argv[i]);
	}
	return command;
}

/* What our own script said, as one clause; "" if it was silent. */
static char *own_warnings(const char *errors)
{
	static const char prefix[] = "vfio-early: ";
	const char *found = strstr(errors, prefix);

	if (found == NULL)
		return copy_text("");
	found += strlen(prefix);
	return format_text(": %.*s", (int)strcspn(found, "\n"), found);
}

/* Looks whether the new grub.cfg has what it should. */
static int verify(const struct entry_inputs *inputs, const struct kernels *kernels,
	const char *said, char **why)
{
	CLEANUP_FREE char *path = grub_file("grub.cfg");
	CLEANUP_FREE char *command = grub_update_command();
	CLEANUP_FREE char *fault = NULL;
	const struct kernel *missing;
	struct boot_state state = {0};

	grub_read(&state);
	missing = boot_kernel_without_entry(&state, kernels);
	if (!state.present)
		fault = format_text(
			"%s%s has no entry of vfio-early", root_directory, path);
	else if (!boot_is_made_from(&state, inputs))
		fault = format_text("the entry of vfio-early in %s%s is not the new one",
			root_directory, path);
	else if (missing != NULL)
		fault = format_text("%s%s has no entry of vfio-early for kernel %s",
			root_directory, path, missing->version);
	boot_state_free(&state);
	if (fault == NULL)
		return 0;
	*why = format_text("'%s' reported no error, but %s%s", command, fault, said);
	return -EIO;
}

static int read_config(const char *path, char **text, char **why)
{
	int error = root_read(path, text, NULL);

	if (error < 0)
		*why = format_text(
			"cannot read %s%s: %s", root_directory, path, strerror(-error));
	return error;
}

/* Puts back what a failed command spoiled; `*why` then says so. */
static void put_back(const char *path, const char *before, char **why)
{
	CLEANUP_FREE char *after = NULL, *trouble = NULL;
	char *both;
	bool changed;

	if (root_read(path, &after, NULL) == 0 && strcmp(before, after) == 0)
		return;
	if (write_file(path, before, strlen(before), &changed, &trouble) == 0)
		both = format_text(
			"%s; %s was changed all the same, and is put back", *why, path);
	else
		both = format_text(
			"%s; %s was changed all the same: %s", *why, path, trouble);
	free(*why);
	*why = both;
}

/* What it wrote there: all of a script, not only its beginning. */
static int check_draft(const struct draft *draft, char **why)
{
	CLEANUP_FREE char *path = draft_path(draft);
	CLEANUP_FREE char *text = NULL, *fault = NULL;
	CLEANUP_FREE char *command = grub_update_command();
	struct menu menu;

	if (root_read(path, &text, NULL) < 0 || text[0] == '\0')
		fault = copy_text("wrote nothing");
	else if (menu_read(text, &menu, &fault) == 0)
		menu_free(&menu);
	if (fault == NULL)
		return 0;
	*why = format_text("'%s' reported no error, but: %s", command, fault);
	return -EIO;
}

/* Into a file of ours, which is put in place when it is good: a cut leaves the old menu
 * or the new one. */
static int update_by_draft(const char *path, struct run_result *result, char **why)
{
	const char *argv[5];
	char program[32];
	struct draft draft;
	int error = draft_begin(&draft, path, "", 0, why);

	if (error < 0)
		return error;
	find_command(argv, program, run_name(draft.temporary));
	error = run_program_well(
		&(struct run){.argv = argv, .timeout = UPDATE_SECONDS, .writes = true},
		result, why);
	if (error < 0) {
		write_clear_drafts(path);
		draft_drop(&draft);
		return error;
	}
	error = check_draft(&draft, why);
	if (error == 0)
		error = draft_finish(&draft, why);
	else
		draft_drop(&draft);
	if (error < 0)
		run_free(result);
	return error;
}

/* Where it only knows its own place. */
static int update_in_place(const char *path, struct run_result *result, char **why)
{
	const char *argv[5];
	char program[32];

	find_command(argv, program, NULL);
	return write_by(
		&(struct run){.argv = argv, .timeout = UPDATE_SECONDS, .writes = true},
		(const char *const[]){path, NULL}, result, why);
}

int grub_update(const struct entry_inputs *inputs, const struct kernels *kernels,
	bool *changed, struct lines *notes, char **why)
{
	CLEANUP_FREE char *path = grub_file("grub.cfg");
	CLEANUP_FREE char *before = NULL, *after = NULL, *said = NULL;
	CLEANUP_FREE char *rest_before = NULL, *rest_after = NULL;
	struct run_result result;
	int error;

	*changed = false;
	error = read_config(path, &before, why);
	if (error < 0)
		return error;
	error = writes_elsewhere() ? update_by_draft(path, &result, why)
				   : update_in_place(path, &result, why);
	if (error < 0) {
		put_back(path, before, why);
		return error;
	}
	said = own_warnings(result.errors);
	run_free(&result);
	error = read_config(path, &after, why);
	if (error < 0)
		return error;
	*changed = strcmp(before, after) != 0;
	rest_before = grub_section_rest(before);
	rest_after = grub_section_rest(after);
	if (strcmp(rest_before, rest_after) != 0)
		lines_add(notes,
			"%s has changed in more than vfio-early's entries: it was "
			"older than the kernels installed or /etc/default/grub",
			path);
	return verify(inputs, kernels, said, why);
}
