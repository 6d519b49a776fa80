/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/images/host-generator.h"
#include "tools/images/maker.h"
#include "tools/images/ready.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

/* When the kernel's image was made; 0: it has none. */
static time_t time_of_image(const struct kernel *kernel)
{
	CLEANUP_FREE char *path = kernel->image != NULL ? root_path(kernel->image) : NULL;
	struct stat status;

	return path != NULL && stat(path, &status) == 0 ? status.st_mtime : 0;
}

static bool is_candidate(const struct generator *generator, bool ours)
{
	return generator->installed() && (!ours || generator_is_ours(generator));
}

static size_t count_candidates(void)
{
	size_t count = 0;

	for (size_t i = 0; generators[i] != NULL; i++)
		count += is_candidate(generators[i], false);
	return count;
}

/* When the newest image was made that the generator is known to have made; 0: none. */
static time_t newest_of(const struct generator *generator, const struct kernels *kernels)
{
	time_t newest = 0;

	for (size_t i = 0; i < kernels->count; i++) {
		const struct kernel *kernel = &kernels->kernel[i];

		if (kernel->generator != NULL &&
			strcmp(kernel->generator, generator->name) == 0 &&
			time_of_image(kernel) > newest)
			newest = time_of_image(kernel);
	}
	return newest;
}

/* Of those installed (`ours`: and that vfio-early has a part for) the one that made the
 * newest image, else the first; NULL: none is. */
static const struct generator *pick(const struct kernels *kernels, bool ours)
{
	const struct generator *found = NULL;
	time_t newest = 0;

	for (size_t i = 0; generators[i] != NULL; i++) {
		time_t made;

		if (!is_candidate(generators[i], ours))
			continue;
		made = newest_of(generators[i], kernels);
		if (found == NULL || made > newest) {
			found = generators[i];
			newest = made;
		}
	}
	return found;
}

const struct generator *generator_find(const struct kernels *kernels, char **why)
{
	const struct generator *found = pick(kernels, true);
	CLEANUP_FREE char *names = NULL;

	if (found != NULL)
		return found;
	names = generator_names(" nor ");
	*why = format_text("neither %s is installed here, and vfio-early knows no other "
			   "program that makes initramfs images",
		names);
	return NULL;
}

/* Looks into the newest image, and into no other. */
static void check_newest(struct kernels *kernels)
{
	struct kernel *newest = NULL;

	for (size_t i = 0; i < kernels->count; i++)
		if (time_of_image(&kernels->kernel[i]) > 0 &&
			(newest == NULL || time_of_image(&kernels->kernel[i]) >
						   time_of_image(newest)))
			newest = &kernels->kernel[i];
	if (newest != NULL)
		kernel_check(newest, DEPTH_READY);
}

static const struct generator *find_here(void)
{
	struct kernels kernels = {0};
	const struct generator *found;

	/* only where there is a choice must an image tell */
	if (count_candidates() > 1) {
		kernels_find(&kernels);
		check_newest(&kernels);
	}
	found = pick(&kernels, false);
	kernels_free(&kernels);
	return found;
}

char *generator_command(void)
{
	const struct generator *here = find_here();

	return here != NULL ? here->command_for_all() : NULL;
}

static bool has_part(const struct generator *generator)
{
	for (size_t i = 0; generator->parts[i] != NULL; i++)
		if (root_exists(generator->parts[i]))
			return true;
	return false;
}

const char *generator_missing_part(void)
{
	const struct generator *here = find_here();
	const char *missing = NULL;

	if (here != NULL && generator_is_ours(here))
		return has_part(here) ? NULL : here->parts[0];
	for (size_t i = 0; generators[i] != NULL; i++) {
		if (!generator_is_ours(generators[i]))
			continue;
		if (has_part(generators[i]))
			return NULL;
		if (missing == NULL)
			missing = generators[i]->parts[0];
	}
	return missing;
}
