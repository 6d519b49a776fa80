/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/images/contents.h"
#include "tools/images/host-generator.h"
#include "tools/images/maker.h"
#include "tools/images/mend.h"
#include "tools/images/ready.h"
#include "tools/system/program.h"
#include "tools/system/root.h"
#include "tools/text/lines.h"
#include "tools/text/string.h"

/* Our hooks in the generators look for it. */
#define LEAVE_OUT "VFIO_EARLY_LEAVE_OUT"

/* What is in an image, read to its end. Whether it is whole, and has the early program.
 */
static bool look(const struct kernel *kernel, bool *has_program)
{
	CLEANUP_FREE const struct sign **signs = generator_signs();
	CLEANUP_FREE char *why = NULL;
	struct image image;
	bool whole = image_look(&(struct image_search){.path = kernel->image,
					.version = kernel->version,
					.signs = signs},
			     &image, &why) == 0;

	*has_program = (image.facts & IMAGE_PROGRAM) != 0;
	image_free(&image);
	return whole;
}

static int mend(struct kernels *kernels, const struct kernel *kernel, struct lines *steps,
	char **why)
{
	const struct generator *generator;
	CLEANUP_FREE char *command = NULL, *failure = NULL;
	bool has_program;
	int error;

	if (look(kernel, &has_program))
		return 0;
	kernels_check(kernels, DEPTH_READY);
	generator = generator_find(kernels, why);
	if (generator == NULL)
		return -ENOENT;
	command = generator->command(kernel);
	error = generator->make(kernel, &failure);
	if (error == 0 && look(kernel, &has_program)) {
		lines_add(steps, "rebuild %s, which was damaged (%s)", kernel->image,
			command);
		return 0;
	}
	*why = format_text("%s is damaged, and '%s' did not make it anew%s%s",
		kernel->image, command, failure != NULL ? ": " : "",
		failure != NULL ? failure : "");
	return -EIO;
}

int images_mend(const char *path, struct lines *steps, char **why)
{
	struct kernels kernels = {0};
	int error = 0;

	kernels_find(&kernels);
	for (size_t i = 0; i < kernels.count && error == 0; i++)
		if (kernels.kernel[i].image != NULL &&
			strcmp(kernels.kernel[i].image, path) == 0)
			error = mend(&kernels, &kernels.kernel[i], steps, why);
	kernels_free(&kernels);
	return error;
}

/* What a person types to have it done there. malloc'ed. */
static char *typed(const char *command)
{
	return root_directory[0] != '\0'
		       ? format_text("chroot %s %s", root_directory, command)
		       : copy_text(command);
}

static void note_what_stays(
	const struct kernel *kernel, const char *reason, struct lines *notes)
{
	CLEANUP_FREE char *all = generator_command();
	CLEANUP_FREE char *command = all != NULL ? typed(all) : NULL;

	lines_add(notes,
		"the early program stays in %s, where it does nothing without the flag: "
		"%s%s%s%s",
		kernel->image, reason, command != NULL ? "; '" : "",
		command != NULL ? command : "",
		command != NULL ? "' takes it out when vfio-early is no longer installed"
				: "");
}

static int make_without(const struct generator *generator, const struct kernel *kernel,
	struct lines *notes)
{
	CLEANUP_FREE char *failure = NULL;
	bool has_program = true;
	int error;

	setenv(LEAVE_OUT, "1", 1);
	error = generator->make(kernel, &failure);
	unsetenv(LEAVE_OUT);
	if (!look(kernel, &has_program))
		return -EIO;
	if (error < 0 || has_program)
		note_what_stays(kernel,
			failure != NULL ? failure : "its generator put it there again",
			notes);
	return 0;
}

static int leave_out(const struct kernels *kernels, const struct kernel *kernel,
	bool dry_run, struct lines *steps, struct lines *notes, char **why)
{
	CLEANUP_FREE char *command = NULL, *missing = NULL;
	const struct generator *generator = generator_find(kernels, &missing);
	CLEANUP_FREE char *obstacle =
		generator != NULL ? generator_obstacle(generator) : NULL;

	if (generator == NULL || obstacle != NULL) {
		note_what_stays(kernel, generator == NULL ? missing : obstacle, notes);
		return 0;
	}
	command = generator->command(kernel);
	lines_add(steps, "rebuild %s without the early program (%s)", kernel->image,
		command);
	if (dry_run || make_without(generator, kernel, notes) == 0)
		return 0;
	*why = format_text("'%s' left %s damaged: run it again before the next boot",
		command, kernel->image);
	return -EIO;
}

int images_without_us(bool dry_run, struct lines *steps, struct lines *notes, char **why)
{
	struct kernels kernels = {0};
	int error = 0;

	kernels_find(&kernels);
	kernels_check(&kernels, DEPTH_READY);
	for (size_t i = 0; i < kernels.count && error == 0; i++) {
		const struct kernel *kernel = &kernels.kernel[i];
		bool has_program;

		if (kernel->image == NULL)
			continue;
		look(kernel, &has_program);
		if (has_program)
			error = leave_out(&kernels, kernel, dry_run, steps, notes, why);
	}
	kernels_free(&kernels);
	return error;
}
