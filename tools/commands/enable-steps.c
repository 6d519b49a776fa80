/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/lines.h"
#include "cmdline/flag.h"
#include "tools/commands/enable-steps.h"
#include "tools/images/generator.h"
#include "tools/boot/grub/environment.h"
#include "tools/system/root.h"
#include "tools/system/write.h"

/* What would stop us half-way: found before anything is changed. */
static int find_obstacle(
	const struct enabling *enabling, const struct grub *grub, char **why)
{
	if (!grub->here) {
		*why = format_text("there is no grub.cfg in %s/boot/grub or /boot/grub2; "
				   "with another boot loader, give the kernel the words "
				   "that 'vfio-early cmdline' prints",
			root_directory);
		return -ENOENT;
	}
	if (grub->trouble != NULL) {
		*why = copy_text(grub->trouble);
		return -EINVAL;
	}
	if (enabling->to == GRUB_ONCE && !enabling->guard.save) {
		*why = format_text("--once needs GRUB to write to its grubenv, but %s; "
				   "without --once the passthrough entry becomes the "
				   "default",
			enabling->guard.reason);
		return -ENOTSUP;
	}
	return grub_find_script(why);
}

static int write_conf(struct enabling *enabling, char **why)
{
	CLEANUP_FREE char *text = NULL;
	bool changed;
	int error;

	conf_set_devices(enabling->conf, enabling->devices);
	text = conf_format(enabling->conf);
	error = write_file(CONF_PATH, text, strlen(text), &changed, why);
	if (error == 0 && changed) {
		lines_add(&enabling->changes.steps, "write " CONF_PATH ": devices = %s",
			enabling->devices);
		enabling->changes.changed = true;
	}
	return error;
}

/* Whatever comes next, a reboot must not find entries that do not fit the conf. */
static int switch_off_first(
	struct enabling *enabling, const struct grub *grub, char **why)
{
	bool changed;
	int error;

	if (!grub->enabled && !grub->once)
		return 0;
	error = grub_set(GRUB_OFF, &changed, why);
	if (error == 0 && changed)
		lines_add(&enabling->changes.steps,
			"switch off in %s/grubenv until the rest is done",
			grub_directory());
	enabling->changes.changed = enabling->changes.changed || (error == 0 && changed);
	return error;
}

/* Why there is nothing to boot with the entries. */
static char *tell_no_kernel(const struct kernels *kernels)
{
	CLEANUP_FREE char *reasons = NULL;

	for (size_t i = 0; i < kernels->count; i++)
		add_sentence(&reasons, kernels->kernel[i].reason);
	if (reasons != NULL)
		add_sentence(&reasons, "it takes a kernel with vfio-pci, and an image "
				       "that initramfs-tools or dracut made");
	return format_text("no kernel in %s/boot can be made ready for passthrough%s%s",
		root_directory, reasons != NULL ? ": " : "",
		reasons != NULL ? reasons : "");
}

static int make_images(struct enabling *enabling, struct kernels *kernels, char **why)
{
	bool changed = false;
	size_t ready = 0;
	int error = images_prepare(
		write_dry_run, &enabling->changes.steps, kernels, &changed, why);

	enabling->changes.changed = enabling->changes.changed || changed;
	for (size_t i = 0; i < kernels->count; i++) {
		struct kernel *kernel = &kernels->kernel[i];

		/* As it would be, had it been done. */
		if (write_dry_run && error == 0 && kernel->image != NULL &&
			!kernel->unfit)
			kernel->ready = true;
		ready += kernel->ready;
		if (kernel->image == NULL)
			lines_add(&enabling->changes.notes,
				"kernel %s has no initramfs image and gets no passthrough "
				"entry",
				kernel->version);
		else if (kernel->unfit)
			lines_add(&enabling->changes.notes,
				"%s; kernel %s gets no passthrough entry", kernel->reason,
				kernel->version);
		else if (kernel->note != NULL)
			lines_add(&enabling->changes.notes, "%s", kernel->note);
	}
	if (error == 0 && ready == 0) {
		*why = tell_no_kernel(kernels);
		error = -ENOENT;
	}
	return error;
}

static int make_entries(struct enabling *enabling, const struct grub_inputs *inputs,
	const struct kernels *kernels, char **why)
{
	CLEANUP_FREE char *command = grub_update_command();
	bool changed = true;
	int error = 0;

	if (!write_dry_run)
		error = grub_update(
			inputs, kernels, &changed, &enabling->changes.notes, why);
	if (changed) {
		lines_add(
			&enabling->changes.steps, "make the boot menu anew: %s", command);
		enabling->changes.changed = true;
	}
	return error;
}

static const char *what_boots_do(
	const struct enabling *enabling, const struct grub *before)
{
	if (enabling->to != GRUB_ONCE)
		return "every boot takes the passthrough entry";
	/* grub-reboot leaves the default alone; but this choice has replaced the one that
	 * was on, and `--once` says "only". */
	if (before->enabled)
		return "the next boot takes the passthrough entry, once, and it is off "
		       "after that: it was on for every boot ('vfio-early enable' "
		       "switches it on for good)";
	return "the next boot takes the passthrough entry, once";
}

static int switch_on(struct enabling *enabling, const struct grub *before, char **why)
{
	CLEANUP_FREE char *config = grub_file("grub.cfg");
	bool changed;
	int error = 0;

	/* What the switch makes the default is on the disk before the switch is. */
	if (enabling->changes.changed)
		error = write_settle(config, why);
	if (error == 0)
		error = grub_set(enabling->to, &changed, why);
	if (error == 0 && changed) {
		lines_add(&enabling->changes.steps, "switch on in %s/grubenv: %s",
			grub_directory(), what_boots_do(enabling, before));
		enabling->changes.changed = true;
	}
	return error;
}

static int take_steps(struct enabling *enabling, const struct grub *grub,
	const struct grub_inputs *inputs, char **why)
{
	struct kernels kernels = {0};
	bool current;
	int error;

	/* The images first: most can go wrong there, and they know nothing of the choice.
	 */
	error = make_images(enabling, &kernels, why);
	current = grub_is_current(grub, inputs, &kernels);
	if (error == 0 && !current)
		error = switch_off_first(enabling, grub, why);
	if (error == 0)
		error = write_conf(enabling, why);
	if (error == 0 && !current)
		error = make_entries(enabling, inputs, &kernels, why);
	kernels_free(&kernels);
	if (error == 0)
		error = switch_on(enabling, grub, why);
	return error;
}

int enable_devices(struct enabling *enabling, char **why)
{
	struct grub_inputs inputs;
	struct grub grub;
	int error;

	grub_read(&grub);
	grub_inputs_now(&inputs, enabling->devices);
	enabling->guard = inputs.guard;
	error = find_obstacle(enabling, &grub, why);
	if (error == 0)
		error = take_steps(enabling, &grub, &inputs, why);
	/* The guard's sentence is handed over. */
	inputs.guard.reason = NULL;
	grub_inputs_free(&inputs);
	grub_free(&grub);
	return error;
}

void enabling_free(struct enabling *enabling)
{
	changes_free(&enabling->changes);
	free(enabling->guard.reason);
	enabling->guard.reason = NULL;
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
