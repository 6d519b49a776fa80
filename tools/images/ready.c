/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a kernel's image has the early program, and runs it first. */
#include <stdlib.h>
#include <string.h>

#include "tools/images/generator.h"
#include "tools/images/contents.h"
#include "tools/kernel/kernels.h"
#include "tools/system/root.h"

#define PROGRAM LIBEXECDIR "/vfio-early-hook"

const struct generator *const generators[] = {
	&generator_initramfs_tools, &generator_dracut, NULL};

enum vfio_pci { VFIO_PCI_UNKNOWN, VFIO_PCI_ABSENT, VFIO_PCI_MODULE, VFIO_PCI_BUILT_IN };

/* depmod's list of modules and the kernel's own of what is built in. */
static enum vfio_pci find_vfio_pci(const char *version)
{
	CLEANUP_FREE char *list = format_text("/lib/modules/%s/modules.builtin", version);
	CLEANUP_FREE char *dependencies =
		format_text("/lib/modules/%s/modules.dep", version);
	CLEANUP_FREE char *built_in = NULL, *modules = NULL;

	if (root_read(list, &built_in, NULL) == 0 &&
		strstr(built_in, "/vfio-pci.ko") != NULL)
		return VFIO_PCI_BUILT_IN;
	if (root_read(dependencies, &modules, NULL) < 0)
		return VFIO_PCI_UNKNOWN;
	return strstr(modules, "/vfio-pci.ko") != NULL ? VFIO_PCI_MODULE
						       : VFIO_PCI_ABSENT;
}

static const struct generator *maker(const struct image *image)
{
	for (size_t i = 0; generators[i] != NULL; i++)
		if ((image->facts & generators[i]->mark) != 0)
			return generators[i];
	return NULL;
}

/*
 * A good program, called first; and vfio-pci, if that is asked for. The modules are far
 * behind the rest in most images.
 */
static bool is_answered(const struct image *image, const void *data)
{
	const bool *module = data;
	const struct generator *generator = maker(image);
	unsigned int needs = IMAGE_PROGRAM | (*module ? IMAGE_MODULE : 0);

	if (generator == NULL)
		return false;
	needs |= generator->needs(image);
	return (image->facts & needs) == needs;
}

static char *fault_of_program(const struct image *image, const char *path)
{
	if (image->program == NULL)
		return format_text("the early program is not in %s", path);
	if (!is_static_program(image->program, image->program_size))
		return format_text(
			"the early program in %s needs libraries, and cannot run there",
			path);
	return NULL;
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

static const char *other_maker(const struct image *image)
{
	return (image->facts & IMAGE_MKINITCPIO) != 0 ? "mkinitcpio"
	       : (image->facts & IMAGE_BOOSTER) != 0  ? "booster"
						      : NULL;
}

/*
 * Whether somebody makes this image in a way of their own. One without a mark is taken
 * for that if it could boot, and for what a generator of ours left unfinished if it is
 * damaged or has no init.
 */
static bool is_of_others(const struct image *image, bool whole)
{
	return maker(image) == NULL &&
	       (other_maker(image) != NULL ||
		       (whole && (image->facts & (IMAGE_INIT_SCRIPT | IMAGE_INIT_LINK)) !=
					 0));
}

static char *fault_of_maker(const struct image *image, const char *path)
{
	const char *name = other_maker(image);

	if (name != NULL)
		return format_text("%s was made by %s, for which vfio-early has no part "
				   "yet",
			path, name);
	return format_text(
		"%s was made by a program that vfio-early does not know", path);
}

static char *look(struct kernel *kernel, bool module, enum depth depth)
{
	const struct generator *generator;
	struct image image;
	char *reason = NULL;
	bool whole;

	module = module && depth != DEPTH_READY;
	whole = image_look(kernel->image, kernel->version,
			depth == DEPTH_WHOLE ? NULL : is_answered, &module, &image,
			&reason) == 0;
	kernel->unfit = is_of_others(&image, whole);
	if (!whole && kernel->unfit) {
		CLEANUP_FREE char *made = fault_of_maker(&image, kernel->image);

		add_sentence(&reason, made);
	}
	if (whole) {
		generator = maker(&image);
		kernel->generator = generator != NULL ? generator->name : NULL;
		reason = generator == NULL ? fault_of_maker(&image, kernel->image)
					   : fault_of_program(&image, kernel->image);
		if (reason == NULL)
			reason = generator->fault(&image, kernel->image);
		if (reason == NULL)
			kernel->stale = find_staleness(&image, kernel->image);
		if (reason == NULL && module && (image.facts & IMAGE_MODULE) == 0)
			kernel->note = format_text(
				"vfio-pci is not in %s: the chosen devices are kept from "
				"other drivers there, and given to vfio-pci after it",
				kernel->image);
	}
	image_free(&image);
	return reason;
}

void kernel_check(struct kernel *kernel, enum depth depth)
{
	enum vfio_pci vfio_pci = find_vfio_pci(kernel->version);

	free(kernel->reason);
	free(kernel->stale);
	free(kernel->note);
	kernel->stale = NULL;
	kernel->note = NULL;
	kernel->generator = NULL;
	kernel->unfit = vfio_pci == VFIO_PCI_ABSENT;
	if (kernel->image == NULL)
		kernel->reason = format_text(
			"kernel %s has no initramfs in /boot", kernel->version);
	else if (vfio_pci == VFIO_PCI_ABSENT)
		kernel->reason =
			format_text("kernel %s has no vfio-pci: neither built in, "
				    "nor as a module in /lib/modules/%s",
				kernel->version, kernel->version);
	else
		kernel->reason = look(kernel, vfio_pci == VFIO_PCI_MODULE, depth);
	kernel->ready = kernel->reason == NULL;
}

void kernels_check(struct kernels *kernels, enum depth depth)
{
	for (size_t i = 0; i < kernels->count; i++)
		kernel_check(&kernels->kernel[i], depth);
}

/* None is made for a kernel that never had one: that would change the normal boot, too.
 */
bool kernel_is_to_be_made(const struct kernel *kernel)
{
	return (!kernel->ready || kernel->stale != NULL) && kernel->image != NULL &&
	       !kernel->unfit;
}
