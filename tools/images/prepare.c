/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/images/host-generator.h"
#include "tools/images/prepare.h"
#include "tools/images/ready.h"
#include "tools/images/remake.h"
#include "tools/images/universal.h"
#include "tools/text/lines.h"
#include "tools/text/progress.h"
#include "tools/text/string.h"

/* What an archive takes, and more. */
enum { ARCHIVE_ROOM = 256 * 1024 };

/* How the kernels that are not ready are made so. */
struct way {
	enum carry carry;
	const struct generator *generator; /* NULL: there is none */
	char *hindrance; /* a sentence: why it makes no image here; NULL: it does */
};

static size_t count_to_be_made(const struct kernels *kernels)
{
	size_t count = 0;

	for (size_t i = 0; i < kernels->count; i++)
		count += kernel_is_to_be_made(&kernels->kernel[i]);
	return count;
}

/* Whether our archive is to make this kernel ready. An image that has the program of
 * another version is made anew only: an archive would start it twice. */
static bool is_for_archive(const struct way *way, const struct kernel *kernel)
{
	if (kernel->others || kernel->carrier != CARRIER_IMAGE)
		return true;
	if (kernel->ready || kernel->joint == CARRIER_IMAGE || way->carry == CARRY_IMAGE)
		return false;
	return way->carry == CARRY_ARCHIVE || way->hindrance != NULL;
}

static bool is_for_generator(const struct way *way, const struct kernel *kernel)
{
	return kernel_is_to_be_made(kernel) && !is_for_archive(way, kernel);
}

/* Why the generator makes no image for one that it would have to. */
static char *find_hindrance(const struct way *way, const struct kernels *kernels)
{
	char *hindrance = way->generator->switched_off != NULL
				  ? way->generator->switched_off()
				  : NULL;

	for (size_t i = 0; i < kernels->count && hindrance == NULL; i++)
		if (is_for_generator(way, &kernels->kernel[i]))
			hindrance = lack_of_room_for_image(&kernels->kernel[i]);
	return hindrance;
}

/* What stands against the whole, before anything is started. */
static char *find_obstacle(const struct way *way, const struct kernels *kernels)
{
	char *obstacle = way->generator != NULL && way->generator->obstacle != NULL
				 ? way->generator->obstacle()
				 : NULL;

	for (size_t i = 0; i < kernels->count && obstacle == NULL; i++) {
		const struct kernel *kernel = &kernels->kernel[i];

		if (is_for_generator(way, kernel))
			obstacle =
				way->hindrance != NULL ? copy_text(way->hindrance) : NULL;
		else if (kernel_is_to_be_made(kernel))
			obstacle = lack_of_room(kernel, "the archive", ARCHIVE_ROOM);
	}
	return obstacle;
}

/* Puts our archive beside the image. 0, or -EIO with one more sentence in `*why`. */
static int carry_kernel(struct kernel *kernel, char **why)
{
	CLEANUP_FREE char *failure = NULL;
	CLEANUP_FREE char *path = archive_path(kernel->image);
	bool changed;
	int error = archive_write(kernel->image, &changed, &failure);

	kernel_check(kernel, DEPTH_WHOLE);
	if (error == 0 && kernel_fault(kernel) != NULL)
		failure =
			format_text("%s was written, but %s", path, kernel_fault(kernel));
	if (failure == NULL)
		return 0;
	add_sentence(why, failure);
	return -EIO;
}

static void add_step(
	const struct way *way, const struct kernel *kernel, struct lines *steps)
{
	CLEANUP_FREE char *command = NULL, *path = NULL;

	if (!is_for_archive(way, kernel)) {
		command = way->generator->command(kernel);
		lines_add(steps, "rebuild %s (%s): %s", kernel->image, command,
			kernel_fault(kernel));
		return;
	}
	path = archive_path(kernel->image);
	lines_add(steps, "write %s, for the passthrough entry to load %s %s: %s%s%s",
		path, kernel->joint == CARRIER_BEHIND ? "behind" : "in front of",
		kernel->image, kernel_fault(kernel),
		!kernel->others && way->hindrance != NULL ? "; " : "",
		!kernel->others && way->hindrance != NULL ? way->hindrance : "");
}

/* What is to be made, and how much of it is. */
struct progress {
	size_t all, done;
};

/* Makes one ready, or with `dry_run` notes how it would be. 0 or -errno. */
static int prepare_one(const struct way *way, bool dry_run, struct progress *progress,
	struct kernel *kernel, char **why)
{
	CLEANUP_FREE char *command = NULL;

	progress->done++;
	if (is_for_archive(way, kernel)) {
		if (!dry_run)
			return carry_kernel(kernel, why);
		kernel->carrier = kernel->joint;
		return 0;
	}
	if (dry_run)
		return 0;
	/* It takes a minute, and more. */
	command = way->generator->command(kernel);
	print_progress("rebuilding %s (%zu of %zu): %s", kernel->image, progress->done,
		progress->all, command);
	return image_make(way->generator, kernel, why);
}

/* Each that is not ready, until we are asked to stop. 0 or -errno. */
static int prepare_all(const struct way *way, bool dry_run, struct lines *steps,
	struct kernels *kernels, char **why)
{
	struct progress progress = {.all = count_to_be_made(kernels)};
	int failed = 0;

	for (size_t i = 0; i < kernels->count && failed != -EINTR; i++) {
		struct kernel *kernel = &kernels->kernel[i];
		int error;

		if (!kernel_is_to_be_made(kernel))
			continue;
		add_step(way, kernel, steps);
		error = prepare_one(way, dry_run, &progress, kernel, why);
		failed = error < 0 ? error : failed;
	}
	return failed;
}

/* Those that our archive carries are not ready as the user wants them, but for those
 * whose image is nobody's to make. */
static void want_images(struct kernels *kernels)
{
	for (size_t i = 0; i < kernels->count; i++) {
		struct kernel *kernel = &kernels->kernel[i];

		if (kernel->carrier == CARRIER_IMAGE || kernel->others)
			continue;
		kernel->carrier = CARRIER_IMAGE;
		kernel->ready = false;
		kernel->reason = kernel->lack;
		kernel->lack = NULL;
	}
}

static int choose_way(
	enum carry carry, struct way *way, const struct kernels *kernels, char **why)
{
	*way = (struct way){.carry = carry};
	way->generator = generator_find(kernels, &way->hindrance);
	if (way->generator != NULL)
		way->hindrance = find_hindrance(way, kernels);
	*why = find_obstacle(way, kernels);
	return *why != NULL ? -EPERM : 0;
}

int images_prepare(enum carry carry, bool dry_run, struct lines *steps,
	struct kernels *kernels, bool *changed, char **why)
{
	struct way way;
	int error;

	*changed = false;
	*why = NULL;
	kernels_find(kernels);
	kernels_check(kernels, DEPTH_NOTE);
	if (carry == CARRY_IMAGE)
		want_images(kernels);
	if (count_to_be_made(kernels) == 0)
		return 0;
	error = choose_way(carry, &way, kernels, why);
	if (error == 0) {
		*changed = true;
		error = prepare_all(&way, dry_run, steps, kernels, why);
	}
	free(way.hindrance);
	return error;
}
