/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/kernel/parameters.h"
#include "tools/boot/grub/inputs.h"
#include "tools/boot/grub/environment.h"
#include "tools/system/root.h"
#include "tools/system/run.h"

/* Counts up when the generated section changes in form: the old one is then out of date.
 */
#define FORM "# vfio-early: form 1"
#define WORDS "# vfio-early: words "
#define NO_GUARD "# vfio-early: no guard: "
#define NO_SAVE "# vfio-early: no guard, no --once: "

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

static char *probe(const char *target, const char *path, char **why)
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

	abstraction = probe("abstraction", path, &why);
	if (abstraction != NULL)
		system = probe("fs", path, &why);
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

static bool is_link_to(const char *path, const char *name)
{
	CLEANUP_FREE char *target = root_link_name(path);

	return target != NULL && strcmp(target, name) == 0;
}

/* NULL if the service will confirm a boot that came up; else a clause, malloc'ed. */
static char *nobody_confirms(void)
{
	static const char unit[] = "vfio-early-confirm.service";
	static const char *const directories[] = {"/etc/systemd/system",
		"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
		"/lib/systemd/system"};
	CLEANUP_FREE char *mask = format_text("%s/%s", directories[0], unit);

	if (root_exists("/sbin/init") && !is_link_to("/sbin/init", "systemd"))
		return copy_text("this system does not start with systemd, so nothing "
				 "would confirm a boot");
	if (is_link_to(mask, "null"))
		return format_text("%s is masked, so nothing would confirm a boot", unit);
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		CLEANUP_FREE char *wants = format_text(
			"%s/multi-user.target.wants/%s", directories[i], unit);
		CLEANUP_FREE char *target = root_link_name(wants);

		if (target != NULL)
			return NULL;
	}
	return format_text("%s is not enabled, so nothing would confirm a boot", unit);
}

void grub_inputs_now(struct grub_inputs *inputs, const char *devices)
{
	CLEANUP_FREE char *grubenv = grub_file("grubenv");
	const char *directory = grub_directory();
	char *reason = cannot_write(
		root_exists(grubenv) || directory == NULL ? grubenv : directory);

	inputs->words = passthrough_parameters(devices);
	inputs->guard.save = reason == NULL;
	if (reason == NULL)
		reason = nobody_confirms();
	inputs->guard.on = reason == NULL;
	inputs->guard.reason = reason;
}

char *grub_inputs_format(const struct grub_inputs *inputs)
{
	CLEANUP_FREE char *guard = copy_text("");

	if (!inputs->guard.on) {
		free(guard);
		guard = format_text("%s%s\n", inputs->guard.save ? NO_GUARD : NO_SAVE,
			inputs->guard.reason);
		/* A line break would end the comment. */
		for (char *at = guard; at[0] != '\0' && at[1] != '\0'; at++)
			if (*at == '\n')
				*at = ' ';
	}
	return format_text(FORM "\n" WORDS "%s\n%s", inputs->words, guard);
}

/* The rest of the first line that begins so; malloc'ed, NULL if there is none. */
static char *rest_of_line(const char *text, const char *start)
{
	size_t length = strlen(start);

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, start, length) == 0)
			return format_text(
				"%.*s", (int)strcspn(text + length, "\n"), text + length);
	}
	return NULL;
}

bool grub_inputs_parse(const char *section, struct grub_inputs *inputs)
{
	CLEANUP_FREE char *form = rest_of_line(section, FORM);
	char *reason;

	*inputs = (struct grub_inputs){0};
	if (form == NULL || form[0] != '\0')
		return false;
	inputs->words = rest_of_line(section, WORDS);
	if (inputs->words == NULL)
		return false;
	reason = rest_of_line(section, NO_SAVE);
	inputs->guard.save = reason == NULL;
	if (reason == NULL)
		reason = rest_of_line(section, NO_GUARD);
	inputs->guard.on = reason == NULL;
	inputs->guard.reason = reason;
	return true;
}

bool grub_inputs_same(const struct grub_inputs *a, const struct grub_inputs *b)
{
	return strcmp(a->words, b->words) == 0 && a->guard.save == b->guard.save &&
	       a->guard.on == b->guard.on;
}

void grub_inputs_free(struct grub_inputs *inputs)
{
	free(inputs->words);
	free(inputs->guard.reason);
	*inputs = (struct grub_inputs){0};
}
