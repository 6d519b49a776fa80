/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/images/contents.h"
#include "tools/images/maker.h"
#include "tools/images/program.h"
#include "tools/images/ready.h"
#include "tools/images/universal.h"
#include "tools/kernel/modules.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

#define PROGRAM LIBEXECDIR "/vfio-early-hook"

/*
 * A good program, called first; and vfio-pci, if that is asked for. The modules are far
 * behind the rest in most images.
 */
static bool is_answered(const struct image *image, const void *data)
{
	const bool *module = data;
	const struct generator *generator = generator_of(image);
	unsigned int facts = IMAGE_PROGRAM | (*module ? IMAGE_MODULE : 0);

	return (image->facts & facts) == facts && generator != NULL &&
	       generator->answered != NULL && generator->answered(image);
}

static char *fault_of_program(const struct image *image, const char *path)
{
	const char *fault;

	if (image->program == NULL)
		return format_text("the early program is not in %s", path);
	fault = program_fault(image->program, image->program_size);
	return fault != NULL ? format_text("the early program in %s %s", path, fault)
			     : NULL;
}

/*
 * Another version boots as well: an upgrade that took the passthrough entries away until
 * the images are made anew would be a surprise.
 */
static char *find_staleness(const struct image *image, const char *path)
{
	CLEANUP_FREE char *program = NULL;
	size_t size;

	/* Without an installed one, as in a build directory, there is nothing to compare.
	 */
	if (root_read(PROGRAM, &program, &size) < 0 ||
		(size == image->program_size &&
			memcmp(program, image->program, size) == 0))
		return NULL;
	return format_text(
		"the early program in %s is another version than " PROGRAM, path);
}

/*
 * Whether somebody makes this image in a way of their own. One without a mark is taken
 * for that if it could boot, and for what a generator of ours left unfinished if it is
 * damaged or has no init.
 */
static bool is_of_others(const struct image *image, bool whole)
{
	const struct generator *maker = generator_of(image);

	if (maker != NULL)
		return !generator_is_ours(maker);
	return whole && (image->facts & (IMAGE_INIT_SCRIPT | IMAGE_INIT_LINK)) != 0;
}

/* Why the early program does not run first in a whole image; NULL: it does. Of an image
 * that is another program's, its maker is the first thing to tell. */
static char *fault_of_image(const struct image *image, const char *path)
{
	const struct generator *maker = generator_of(image);
	char *fault = NULL;

	if (maker == NULL)
		return format_text(
			"%s was made by a program that vfio-early does not know", path);
	if (!generator_is_ours(maker))
		fault = maker->fault(image, path);
	if (fault == NULL && maker->answered != NULL)
		fault = fault_of_program(image, path);
	return fault != NULL ? fault : maker->fault(image, path);
}

/* Where our archive has to stand: in doubt in front, where it needs nothing but an init.
 */
static enum carrier joint_of(const struct image *image, bool whole)
{
	const struct generator *maker = generator_of(image);

	if (!whole || (image->facts & (IMAGE_INIT_SCRIPT | IMAGE_INIT_LINK)) == 0)
		return CARRIER_IMAGE;
	return maker != NULL && maker->takes_additions != NULL &&
			       maker->takes_additions(image)
		       ? CARRIER_BEHIND
		       : CARRIER_IN_FRONT;
}

/* What the image alone lacks, our archive beside it may have: what is left of that. */
static char *look_beside(struct kernel *kernel, char *lack)
{
	CLEANUP_FREE char *path = archive_path(kernel->image);
	CLEANUP_FREE char *fault = NULL;

	if (kernel->joint == CARRIER_IMAGE || !root_exists(path))
		return lack;
	fault = archive_fault(path, &kernel->stale);
	if (fault != NULL) {
		add_sentence(&lack, fault);
		return lack;
	}
	kernel->carrier = kernel->joint;
	kernel->lack = lack;
	return NULL;
}

static char *look(struct kernel *kernel, bool module, enum depth depth)
{
	const bool with_module = module && depth != DEPTH_READY;
	CLEANUP_FREE const struct sign **signs = generator_signs();
	const struct image_search search = {
		.path = kernel->image,
		.version = kernel->version,
		.signs = signs,
		.enough = depth == DEPTH_WHOLE ? NULL : is_answered,
		.data = &with_module,
	};
	const struct generator *maker;
	struct image image;
	char *reason = NULL;
	bool whole = image_look(&search, &image, &reason) == 0;

	maker = generator_of(&image);
	kernel->others = is_of_others(&image, whole);
	kernel->joint = joint_of(&image, whole);
	kernel->unfit = kernel->others && kernel->joint == CARRIER_IMAGE;
	if (whole)
		reason = fault_of_image(&image, kernel->image);
	else if (kernel->others) {
		CLEANUP_FREE char *made = fault_of_image(&image, kernel->image);

		add_sentence(&reason, made);
	}
	if (whole)
		kernel->generator = maker != NULL ? maker->name : NULL;
	if (whole && reason == NULL)
		kernel->stale = find_staleness(&image, kernel->image);
	else if (whole)
		reason = look_beside(kernel, reason);
	if (whole && reason == NULL && with_module && (image.facts & IMAGE_MODULE) == 0)
		kernel->note = format_text(
			"vfio-pci is not in %s: the chosen devices are kept from other "
			"drivers there, and given to vfio-pci after it",
			kernel->image);
	image_free(&image);
	return reason;
}

/* An ordinary user may not read every image. */
static bool is_hidden(const char *image)
{
	CLEANUP_FREE char *path = root_path(image);

	return access(path, R_OK) < 0 && errno == EACCES;
}

void kernel_check(struct kernel *kernel, enum depth depth)
{
	enum module_place vfio_pci = module_find(kernel->version, "vfio-pci", NULL);

	free(kernel->reason);
	free(kernel->stale);
	free(kernel->note);
	free(kernel->lack);
	kernel->stale = NULL;
	kernel->note = NULL;
	kernel->lack = NULL;
	kernel->carrier = CARRIER_IMAGE;
	kernel->joint = CARRIER_IMAGE;
	kernel->others = false;
	kernel->generator = NULL;
	kernel->unfit = vfio_pci == MODULE_ABSENT;
	kernel->unknown =
		kernel->image != NULL && !kernel->unfit && is_hidden(kernel->image);
	if (kernel->image == NULL)
		kernel->reason = format_text(
			"kernel %s has no initramfs in /boot", kernel->version);
	else if (vfio_pci == MODULE_ABSENT)
		kernel->reason =
			format_text("kernel %s has no vfio-pci: neither built in, "
				    "nor as a module in /lib/modules/%s",
				kernel->version, kernel->version);
	else if (kernel->unknown)
		kernel->reason =
			format_text("%s cannot be read: run it as root", kernel->image);
	else
		kernel->reason = look(kernel, vfio_pci == MODULE_FILE, depth);
	kernel->ready = kernel->reason == NULL;
}

void kernels_check(struct kernels *kernels, enum depth depth)
{
	for (size_t i = 0; i < kernels->count; i++)
		kernel_check(&kernels->kernel[i], depth);
}

/* No image is made for a kernel that never had one: that would change the normal boot,
 * too. */
bool kernel_is_to_be_made(const struct kernel *kernel)
{
	return (!kernel->ready || kernel->stale != NULL) && kernel->image != NULL &&
	       !kernel->unfit;
}

const char *kernel_fault(const struct kernel *kernel)
{
	return kernel->ready ? kernel->stale : kernel->reason;
}
