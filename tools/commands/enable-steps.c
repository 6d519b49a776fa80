/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "tools/text/progress.h"
#include "cmdline/flag.h"
#include "tools/commands/enable-steps.h"
#include "tools/images/universal.h"
#include "tools/boot/loader.h"
#include "tools/boot/state.h"
#include "tools/kernel/parameters.h"
#include "tools/system/journal.h"
#include "tools/system/root.h"
#include "tools/system/write.h"

/* What would stop us half-way: found before anything is changed. */
static int find_obstacle(
	const struct enabling *enabling, const struct boot_state *boot, char **why)
{
	if (boot->loader == NULL)
		*why = boot_loader_missing(enabling->inputs.parameters);
	else if (boot->trouble != NULL)
		*why = copy_text(boot->trouble);
	else
		*why = boot->loader->obstacle(&enabling->inputs.guard, enabling->to);
	return *why != NULL ? -ENOTSUP : 0;
}

static int write_conf(struct enabling *enabling, char **why)
{
	CLEANUP_FREE char *text = NULL;
	bool changed;
	int error;

	conf_set_devices(enabling->conf, enabling->devices);
	text = conf_format(enabling->conf);
	error = write_file(conf_path, text, strlen(text), &changed, why);
	if (error == 0 && changed) {
		lines_add(&enabling->changes.steps, "write %s: devices = %s", conf_path,
			enabling->devices);
		enabling->changes.changed = true;
	}
	return error;
}

/* Whatever comes next, a reboot must not find entries that do not fit the conf. */
static int switch_off_first(
	struct enabling *enabling, const struct boot_state *boot, char **why)
{
	CLEANUP_FREE char *place = boot->loader->place_of_switch();
	bool changed;
	int error;

	if (!boot->on && !boot->once)
		return 0;
	error = boot->loader->set(BOOT_OFF, &changed, why);
	if (error == 0 && changed)
		lines_add(&enabling->changes.steps,
			"switch off in %s until the rest is done", place);
	enabling->changes.changed = enabling->changes.changed || (error == 0 && changed);
	return error;
}

/* Why there is nothing to boot with the entries. */
static char *tell_no_kernel(const struct kernels *kernels)
{
	static const char wanted[] =
		"it takes a kernel with vfio-pci and an initramfs image that is whole";
	CLEANUP_FREE char *reasons = NULL;

	for (size_t i = 0; i < kernels->count; i++)
		add_sentence(&reasons, kernels->kernel[i].reason);
	if (reasons != NULL)
		add_sentence(&reasons, wanted);
	return format_text("no kernel in %s/boot can be made ready for passthrough%s%s",
		root_directory, reasons != NULL ? ": " : "",
		reasons != NULL ? reasons : "");
}

static void note_kernel(struct enabling *enabling, const struct kernel *kernel)
{
	CLEANUP_FREE char *kdump = archive_kdump_note(kernel);
	struct lines *notes = &enabling->changes.notes;

	if (kernel->image == NULL)
		lines_add(notes,
			"kernel %s has no initramfs image and gets no passthrough entry",
			kernel->version);
	else if (kernel->unfit)
		lines_add(notes, "%s; kernel %s gets no passthrough entry",
			kernel->reason, kernel->version);
	else if (kernel->note != NULL)
		lines_add(notes, "%s", kernel->note);
	if (kdump != NULL)
		lines_add(notes, "%s", kdump);
}

static int make_images(struct enabling *enabling, struct kernels *kernels, char **why)
{
	bool changed = false;
	size_t ready = 0;
	int error = images_prepare(enabling->carry, write_dry_run,
		&enabling->changes.steps, kernels, &changed, why);

	enabling->changes.changed = enabling->changes.changed || changed;
	for (size_t i = 0; i < kernels->count; i++) {
		struct kernel *kernel = &kernels->kernel[i];

		/* As it would be, had it been done. */
		if (write_dry_run && error == 0 && kernel->image != NULL &&
			!kernel->unfit)
			kernel->ready = true;
		ready += kernel->ready;
		note_kernel(enabling, kernel);
	}
	if (error == 0 && ready == 0) {
		*why = tell_no_kernel(kernels);
		error = -ENOENT;
	}
	return error;
}

static int make_entries(struct enabling *enabling, const struct boot_state *boot,
	const struct kernels *kernels, char **why)
{
	CLEANUP_FREE char *command = boot->loader->command();
	bool changed = true;
	int error = 0;

	if (!write_dry_run) {
		print_progress("making the boot menu anew: %s", command);
		error = boot->loader->make_entries(&enabling->inputs, kernels, &changed,
			&enabling->changes.notes, why);
	}
	if (changed) {
		lines_add(
			&enabling->changes.steps, "make the boot menu anew: %s", command);
		enabling->changes.changed = true;
	}
	return error;
}

static const char *what_boots_do(
	const struct enabling *enabling, const struct boot_state *before)
{
	if (enabling->to != BOOT_ONCE)
		return "every boot takes the passthrough entry";
	/* grub-reboot leaves the default alone; but this choice has replaced the one that
	 * was on, and `--once` says "only". */
	if (before->on)
		return "the next boot takes the passthrough entry, once, and it is off "
		       "after that: it was on for every boot ('vfio-early enable' "
		       "switches it on for good)";
	return "the next boot takes the passthrough entry, once";
}

static int switch_on(struct enabling *enabling, const struct boot_state *before,
	bool current, char **why)
{
	const struct boot_loader *loader = before->loader;
	CLEANUP_FREE char *entries = loader->place_of_entries();
	CLEANUP_FREE char *place = loader->place_of_switch();
	bool changed = false;
	int error = 0;

	/* What the switch makes the default is on the disk before the switch is. */
	if (enabling->changes.changed)
		error = write_settle(entries, why);
	journal_last_change();
	if (error == 0)
		error = loader->set(enabling->to, &changed, why);
	/* With --dry-run it is still on. */
	changed = changed || (write_dry_run && !current && (before->on || before->once));
	if (error == 0 && changed) {
		lines_add(&enabling->changes.steps, "switch on in %s: %s", place,
			what_boots_do(enabling, before));
		enabling->changes.changed = true;
	}
	return error;
}

static int take_steps(
	struct enabling *enabling, const struct boot_state *boot, char **why)
{
	struct kernels kernels = {0};
	bool current;
	int error;

	/* The images first: most can go wrong there, and they know nothing of the choice.
	 */
	error = make_images(enabling, &kernels, why);
	current = boot_is_current(boot, &enabling->inputs, &kernels);
	if (error == 0 && !current)
		error = switch_off_first(enabling, boot, why);
	if (error == 0)
		error = write_conf(enabling, why);
	if (error == 0 && !current)
		error = make_entries(enabling, boot, &kernels, why);
	if (error == 0)
		error = archive_tidy(&kernels, &enabling->changes.steps,
			&enabling->changes.changed, why);
	kernels_free(&kernels);
	if (error == 0)
		error = switch_on(enabling, boot, current, why);
	return error;
}

int enable_devices(struct enabling *enabling, char **why)
{
	struct boot_state boot;
	int error;

	boot_read(&boot);
	enabling->inputs.parameters = passthrough_parameters(enabling->devices);
	if (boot.loader != NULL) {
		boot.loader->guard(&enabling->inputs.guard);
		enabling->loader =
			format_text("%s: %s", boot.loader->name, boot.evidence);
	}
	error = find_obstacle(enabling, &boot, why);
	if (error == 0)
		error = take_steps(enabling, &boot, why);
	boot_state_free(&boot);
	return error;
}

void enabling_free(struct enabling *enabling)
{
	free(enabling->loader);
	changes_free(&enabling->changes);
	entry_inputs_free(&enabling->inputs);
}

bool booted_with(const char *devices)
{
	CLEANUP_FREE char *line = NULL;
	struct flag flag;
	size_t length;

	if (root_read("/proc/cmdline", &line, &length) < 0)
		return false;
	flag_find(line, length, &flag);
	return flag.state == FLAG_ON && (devices == NULL || span_is(flag.value, devices));
}
