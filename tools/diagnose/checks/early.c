/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio-early itself: is it installed and in the images, did it run, what comes next. */
#include <stdlib.h>
#include <string.h>

#include "tools/images/host-generator.h"
#include "tools/images/ready.h"
#include "tools/kernel/kernels.h"
#include "tools/system/root.h"
#include "tools/diagnose/checks/early.h"
#include "tools/diagnose/context.h"
#include "tools/diagnose/verdict.h"
#include "tools/system/node.h"

VERDICT nothing_chosen = {CHECK_SKIP, "no card was chosen with vfio-early"};

bool early_passes_over(const struct context *context, struct findings *findings)
{
	if (context_has_choice(context))
		return false;
	verdict_row(findings, &nothing_chosen, NULL);
	return true;
}

static bool any_exists(const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (root_exists(paths[i]))
			return true;
	return false;
}

VERDICT complete = {CHECK_PASS, "vfio-early is installed completely"};
VERDICT incomplete = {CHECK_FAIL, "vfio-early is not installed completely",
	"install it again, the way it came here: its package, or 'make install' in the "
	"directory of its sources"};

static void check_installed(const struct context *context, struct findings *findings)
{
	static const char *const programs[] = {LIBEXECDIR "/vfio-early-hook",
		"/usr/libexec/vfio-early-hook", "/usr/local/libexec/vfio-early-hook",
		"/usr/lib/vfio-early/vfio-early-hook"};
	const struct boot_loader *loader = context->boot.loader;
	const char *part = generator_missing_part();
	const char *missing = NULL;

	if (early_passes_over(context, findings))
		return;
	/* one that is not known carries the words without us */
	if (loader != NULL && loader->own_file != NULL && !root_exists(loader->own_file))
		missing = loader->own_file;
	if (!any_exists(programs, ARRAY_SIZE(programs)))
		missing = programs[0];
	if (part != NULL)
		missing = part;
	verdict_row(findings, missing == NULL ? &complete : &incomplete, NULL);
	if (missing != NULL)
		finding_evidence(findings, missing, "absent");
}

/* A capture knows that there is an image, and not what is in it. */
static bool is_left_out(const struct kernel *kernel)
{
	CLEANUP_FREE char *image = NULL;
	size_t size;

	return !kernel->ready && kernel->image != NULL && root_exists(NODE_TABLE) &&
	       root_read(kernel->image, &image, &size) == 0 && size == 0;
}

/* Without root an image cannot be read; that there is no vfio-pci can. */
static bool is_unknown(const struct context *context, const struct kernel *kernel)
{
	return is_left_out(kernel) || (!kernel->ready && !kernel->unfit &&
					      !context->root && kernel->image != NULL);
}

/* Whether a kernel is ready, or may be. */
static bool any_ready(const struct context *context, const struct kernels *kernels)
{
	for (size_t i = 0; i < kernels->count; i++)
		if (kernels->kernel[i].ready || is_unknown(context, &kernels->kernel[i]))
			return true;
	return false;
}

#define MAKE_IT \
	"let vfio-early make the image anew, or put its archive beside one that it makes " \
	"not", \
		"vfio-early enable"
#define BOOT_ANOTHER "boot a kernel with vfio-pci and an initramfs image that is whole"
VERDICT left_out = {CHECK_UNKNOWN, "its initramfs is not part of the capture"};
VERDICT not_readable = {CHECK_UNKNOWN, "{1}"};
VERDICT passed_over = {CHECK_INFO, "{1}"};
VERDICT runs_first = {CHECK_PASS, "its initramfs runs the early program first"};
VERDICT runs_older = {CHECK_WARN, "{1}", MAKE_IT};
VERDICT not_ready = {CHECK_FAIL, "{1}", MAKE_IT};
VERDICT never_ready = {CHECK_FAIL, "{1}", BOOT_ANOTHER};

/* One that cannot be made ready matters only if there is no other to boot. */
static const struct verdict *judge_kernel(const struct context *context,
	const struct kernels *kernels, const struct kernel *kernel)
{
	if (is_left_out(kernel))
		return &left_out;
	if (kernel->stale != NULL)
		return &runs_older;
	if (kernel->ready)
		return &runs_first;
	if (is_unknown(context, kernel))
		return &not_readable;
	if (kernel->unfit && any_ready(context, kernels))
		return &passed_over;
	return kernel_is_to_be_made(kernel) ? &not_ready : &never_ready;
}

static void say_kernel(const struct context *context, const struct kernels *kernels,
	const struct kernel *kernel, struct findings *findings)
{
	CLEANUP_FREE char *subject = format_text("kernel %s", kernel->version);

	verdict_row(findings, judge_kernel(context, kernels, kernel),
		kernel->stale != NULL ? kernel->stale
		: kernel->ready	      ? ""
				      : kernel->reason,
		NULL);
	finding_subject(findings, subject);
	finding_evidence(findings, kernel->image != NULL ? kernel->image : "/boot",
		kernel->ready ? "ready" : "not ready");
}

VERDICT no_kernel = {CHECK_UNKNOWN, "no installed kernel was found in /boot"};

static void check_images(const struct context *context, struct findings *findings)
{
	struct kernels kernels = {0};

	if (early_passes_over(context, findings))
		return;
	kernels_find(&kernels);
	kernels_check(&kernels, DEPTH_READY);
	if (kernels.count == 0) {
		verdict_row(findings, &no_kernel, NULL);
		finding_evidence(findings, "/boot", "no kernel image");
	}
	for (size_t i = 0; i < kernels.count; i++)
		say_kernel(context, &kernels, &kernels.kernel[i], findings);
	kernels_free(&kernels);
}

const struct check early_checks[] = {
	{.id = "EARLY-INSTALLED",
		.about = "whether vfio-early is installed completely",
		.run = check_installed},
	{.id = "EARLY-IN-INITRAMFS",
		.about = "whether each kernel's initramfs runs the early program first",
		.run = check_images,
		.seconds = 60},
	{0},
};
