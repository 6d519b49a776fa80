/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/cmdline.h"
#include "tools/text/lines.h"
#include "tools/text/printable.h"
#include "tools/text/string.h"
#include "tools/boot/grub/archive-entry.h"
#include "tools/boot/grub/entries.h"
#include "tools/boot/grub/menu.h"
#include "tools/boot/grub/inputs.h"
#include "tools/boot/grub/script.h"
#include "tools/boot/grub/section.h"
#include "tools/boot/grub/takeover.h"
#include "tools/kernel/parameters.h"
#include "tools/boot/grub/environment.h"
#include "tools/images/ready.h"
#include "tools/kernel/kernels.h"
#include "tools/system/run.h"

#define SUFFIX "GPU for virtual machines (vfio-early)"

enum { GENERATOR_SECONDS = 300, CHECK_SECONDS = 60 };

/* The marks of the guard: set before the kernel is loaded, cleared by the system. */
static const char mark_pending[] = "\tset " GRUBENV_PENDING "=1\n"
				   "\tsave_env " GRUBENV_PENDING "\n";

static char *variable(const char *name)
{
	const char *value = getenv(name);

	return copy_text(value != NULL ? value : "");
}

/* Runs one generator of the distribution. -ENOENT if it is switched off or missing. */
static int run_generator(const char *path, const struct joined_parameters *parameters,
	char **text, char **why)
{
	CLEANUP_FREE char *always =
		format_text("GRUB_CMDLINE_LINUX=%s", parameters->always);
	CLEANUP_FREE char *normal =
		format_text("GRUB_CMDLINE_LINUX_DEFAULT=%s", parameters->normal);
	/* Entries for all kernels at the top level, and none of Fedora's side effects. */
	const char *const environment[] = {always, normal, "GRUB_DISABLE_SUBMENU=true",
		"GRUB_DISABLE_RECOVERY=true", "GRUB_ENABLE_BLSCFG=false",
		"GRUB_GRUBENV_UPDATE=no", "GRUB_UPDATE_BLS_CMDLINE=no",
		"GRUB_ACTUAL_DEFAULT=", NULL};
	const char *const argv[] = {path, NULL};
	struct run_result result;
	int error = run_program_well(&(struct run){.argv = argv,
					     .environment = environment,
					     .timeout = GENERATOR_SECONDS},
		&result, why);

	if (error < 0)
		return error;
	*text = result.output;
	result.output = NULL;
	run_free(&result);
	return 0;
}

/* What all generators of Linux entries print, joined. */
static int run_generators(
	const struct joined_parameters *parameters, char **text, char **why)
{
	static const char *const generators[] = {
		"/etc/grub.d/10_linux", "/etc/grub.d/10_linux_zfs"};
	bool any = false;

	*text = copy_text("");
	for (size_t i = 0; i < ARRAY_SIZE(generators); i++) {
		CLEANUP_FREE char *one = NULL;
		int error;

		if (!run_finds(generators[i]))
			continue;
		error = run_generator(generators[i], parameters, &one, why);
		if (error < 0)
			return error;
		any = true;
		text_append(text, "%s\n", one);
	}
	if (any)
		return 0;
	*why = format_text("%s is not there, or not executable", generators[0]);
	return -ENOENT;
}

/* "Debian GNU/Linux" of "Debian GNU/Linux, with Linux 6.1.0-1-amd64", in any language. */
static char *system_name(const char *title, const char *kernel)
{
	const char *dash = strchr(path_name(kernel), '-');
	const char *version = dash != NULL ? strstr(title, dash + 1) : NULL;
	const char *comma = NULL;

	for (const char *at = title; version != NULL && at < version; at++)
		if (*at == ',')
			comma = at;
	if (comma == NULL)
		return copy_text(title);
	return format_text("%.*s", (int)(comma - title), title);
}

/*
 * "gnulinux-6.1.0-1-amd64-advanced-UUID" becomes
 * "vfio-early-6.1.0-1-amd64-advanced-UUID". Other programs look for "gnulinux-advanced-"
 * in grub.cfg, which may not be left in it.
 */
static char *own_id(const char *id)
{
	static const char theirs[] = "gnulinux-";
	char *own = copy_text(GRUB_ENTRY_ID "-");

	while (*id != '\0') {
		const char *found = strstr(id, theirs);
		size_t length = found != NULL ? (size_t)(found - id) : strlen(id);
		text_append(&own, "%.*s", (int)length, id);
		id += length + (found != NULL ? strlen(theirs) : 0);
	}
	return own;
}

static void print_head(FILE *to, const char *indent, const char *kind, const char *title,
	const char *options, const char *id)
{
	CLEANUP_FREE char *quoted_title = script_quote(title);
	CLEANUP_FREE char *quoted_id = script_quote(id);

	fprintf(to, "%s%s %s %s$menuentry_id_option %s {", indent, kind, quoted_title,
		options, quoted_id);
}

/* An entry as ours, and the same again with every line further in. */
static void print_entry(FILE *to, const char *indent, const struct menu_entry *entry,
	const char *title, const char *id, const char *body)
{
	print_head(to, indent, "menuentry", title, entry->options, id);
	for (; *body != '\0'; body++) {
		putc(*body, to);
		if (*body == '\n')
			fputs(indent, to);
	}
	fputs("}\n", to);
}

/* Whether the kernel takes the whole of the entry's command line. */
static bool fits(const char *body, const char *kernel)
{
	CLEANUP_FREE char *words = menu_parameters(body);

	return strlen("BOOT_IMAGE=") + strlen(kernel) + 1 + strlen(words) <
	       CMDLINE_SIZE - 1;
}

/* The kernel whose image the entry loads, if it is ready; else NULL. */
static const struct kernel *ready_kernel(
	const struct menu_entry *entry, const struct kernels *kernels)
{
	CLEANUP_FREE char *initrd = menu_initrd(entry->body);

	for (size_t i = 0; initrd != NULL && i < kernels->count; i++) {
		const struct kernel *kernel = &kernels->kernel[i];

		if (kernel->image != NULL &&
			strcmp(path_name(kernel->image), path_name(initrd)) == 0)
			return kernel->ready ? kernel : NULL;
	}
	return NULL;
}

/* The entry that is the default, and the head of the menu of all kernels. */
static void print_first(
	FILE *to, const struct menu_entry *entry, const char *kernel, const char *body)
{
	CLEANUP_FREE char *system = system_name(entry->title, kernel);
	CLEANUP_FREE char *title = format_text("%s, " SUFFIX, system);
	CLEANUP_FREE char *submenu =
		format_text("%s, " SUFFIX ": choose a kernel", system);

	print_entry(to, "", entry, title, GRUB_ENTRY_ID, body);
	print_head(to, "", "submenu", submenu, "", GRUB_SUBMENU_ID);
	putc('\n', to);
}

/* The entry's body as ours; NULL where it is no entry of a kernel that can give devices
 * away. */
static char *own_body(
	const struct menu_entry *entry, const struct kernels *kernels, const char *mark)
{
	const struct kernel *kernel =
		entry->submenu ? NULL : ready_kernel(entry, kernels);
	char *body = kernel != NULL ? menu_body(entry->body, "savedefault", mark) : NULL;
	char *carried;

	if (body == NULL || kernel->carrier == CARRIER_IMAGE)
		return body;
	carried = grub_archive_body(body, kernel->carrier);
	free(body);
	return carried;
}

/* Its kernel's entry as ours: 1; 0 where it is no entry of a kernel that can give devices
 * away; or -errno and a sentence. */
static int print_own(FILE *to, const struct menu_entry *entry,
	const struct kernels *kernels, const struct entry_inputs *inputs, bool first,
	char **why)
{
	const char *mark = inputs->guard.on ? mark_pending : NULL;
	CLEANUP_FREE char *kernel = NULL, *body = NULL, *title = NULL, *id = NULL;

	body = own_body(entry, kernels, mark);
	if (body == NULL)
		return 0;
	kernel = menu_kernel(body);
	if (!fits(body, kernel)) {
		*why = format_text("the kernel command line of '%s' would have more than "
				   "the %d bytes that the kernel reads",
			entry->title, CMDLINE_SIZE - 1);
		return -E2BIG;
	}
	if (!menu_passes_flag(body, inputs->parameters)) {
		*why = format_text(
			"GRUB would not pass the flag to the kernel of '%s', whose line "
			"ends before it: put the '#', ';' or line break in "
			"GRUB_CMDLINE_LINUX or GRUB_CMDLINE_LINUX_DEFAULT "
			"(/etc/default/grub) into quotes of GRUB's, or take it away",
			entry->title);
		return -EINVAL;
	}
	if (first)
		print_first(to, entry, kernel, body);
	title = format_text("%s, " SUFFIX, entry->title);
	id = own_id(entry->id[0] != '\0' ? entry->id : path_name(kernel));
	print_entry(to, "\t", entry, title, id, body);
	return 1;
}

/* The entries of a menu whose kernels can give devices away, as ours. */
static int print_menu(FILE *to, const struct menu *menu, const struct kernels *kernels,
	const struct entry_inputs *inputs, char **why)
{
	bool first = true;

	for (size_t i = 0; i < menu->count; i++) {
		int printed = print_own(to, &menu->entry[i], kernels, inputs, first, why);

		if (printed < 0)
			return printed;
		first = first && printed == 0;
	}
	if (first) {
		*why = copy_text("no kernel has a boot entry and an initramfs image with "
				 "the early program");
		return -ENOENT;
	}
	fputs("}\n", to);
	return 0;
}

static int check_script(const char *text, char **why)
{
	char program[32];
	const char *const argv[] = {grub_program("script-check", program), NULL};
	struct run_result result;
	int error = run_program_well(&(struct run){.argv = argv,
					     .input = text,
					     .timeout = CHECK_SECONDS,
					     .host_will_do = true},
		&result, why);

	if (error == 0)
		run_free(&result);
	return error;
}

/* The whole section, unchecked. */
static int compose(const char *generated, const struct entry_inputs *inputs,
	const struct lines *left_out, char **section, char **why)
{
	CLEANUP_FREE char *head = grub_inputs_format(inputs);
	CLEANUP_FREE char *takeover = grub_takeover(&inputs->guard);
	struct kernels kernels;
	struct menu menu;
	size_t length;
	FILE *to;
	int error = menu_read(generated, &menu, why);

	if (error < 0)
		return error;
	to = open_memstream(section, &length);
	if (to == NULL) {
		menu_free(&menu);
		return -ENOMEM;
	}
	fputs(head, to);
	for (size_t i = 0; i < left_out->count; i++) {
		/* A line break in a quoted word would end the comment, and begin a
		 * command. */
		CLEANUP_FREE char *word = printable_text(left_out->line[i], "");

		fprintf(to, "# vfio-early: left out of these entries: %s\n", word);
	}
	kernels_find(&kernels);
	kernels_check(&kernels, DEPTH_READY);
	error = print_menu(to, &menu, &kernels, inputs, why);
	kernels_free(&kernels);
	fputs(takeover, to);
	fclose(to);
	menu_free(&menu);
	return error;
}

int grub_entries_make(const struct entry_inputs *inputs, char **section, char **why)
{
	CLEANUP_FREE char *always = variable("GRUB_CMDLINE_LINUX");
	CLEANUP_FREE char *normal = variable("GRUB_CMDLINE_LINUX_DEFAULT");
	CLEANUP_FREE char *generated = NULL;
	struct joined_parameters parameters;
	int error;

	*section = NULL;
	if (strlen(always) + strlen(normal) >= CMDLINE_SIZE) {
		*why = copy_text("GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT are "
				 "longer than the kernel reads");
		return -E2BIG;
	}
	parameters_join(always, normal, inputs->parameters, &parameters);
	error = run_generators(&parameters, &generated, why);
	if (error == 0)
		error = compose(generated, inputs, &parameters.left_out, section, why);
	if (error == 0)
		error = check_script(*section, why);
	joined_parameters_free(&parameters);
	if (error < 0) {
		free(*section);
		*section = NULL;
	}
	return error;
}
