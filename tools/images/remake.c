/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "tools/images/ready.h"
#include "tools/images/remake.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

/* What an image may grow by when the early program and vfio-pci come into it. */
enum { GROWTH = 1024 * 1024, MIB = 1024 * 1024 };

char *lack_of_room(const struct kernel *kernel, const char *what, unsigned long long size)
{
	CLEANUP_FREE char *image = root_path(kernel->image);
	CLEANUP_FREE char *directory =
		format_text("%.*s", (int)(strrchr(image, '/') - image), image);
	CLEANUP_FREE char *name = format_text("%.*s",
		(int)(strrchr(kernel->image, '/') - kernel->image), kernel->image);
	struct statvfs filesystem;
	unsigned long long room;

	if (statvfs(directory, &filesystem) < 0)
		return format_text("%s: %s", kernel->image, strerror(errno));
	if ((filesystem.f_flag & ST_RDONLY) != 0)
		return format_text(
			"%s is mounted read-only, so that no image can be made: "
			"run 'mount -o remount,rw %s'",
			name, name);
	room = (unsigned long long)filesystem.f_bavail * filesystem.f_frsize;
	if (room >= size)
		return NULL;
	return format_text("%s has %llu MiB left, and %s of kernel %s needs %llu "
			   "MiB: remove kernels that are no longer needed",
		name, room / MIB, what, kernel->version, (size + MIB - 1) / MIB);
}

char *lack_of_room_for_image(const struct kernel *kernel)
{
	CLEANUP_FREE char *image = root_path(kernel->image);
	struct stat status;

	if (stat(image, &status) < 0)
		return format_text("%s: %s", kernel->image, strerror(errno));
	return lack_of_room(
		kernel, "one more image", (unsigned long long)status.st_size + GROWTH);
}

static struct stat status_of(const char *path)
{
	CLEANUP_FREE char *real = root_path(path);
	struct stat status;

	return stat(real, &status) == 0 ? status : (struct stat){0};
}

/*
 * dracut's own update-initramfs has the old image overwritten, and removed in the end.
 * initramfs-tools may put a copy in its place, which has the same times.
 */
static bool is_same_file(const struct stat *before, const struct stat *now)
{
	return now->st_size == before->st_size &&
	       now->st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       now->st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

static const char *what_is_left(const struct stat *before, const struct stat *now)
{
	return is_same_file(before, now)
		       ? "the old one is as it was"
		       : "the old one is lost, and that kernel may not boot until there "
			 "is another";
}

/*
 * What has come of a generator that failed, after a look at the image. It may have made a
 * good one: update-initramfs runs /etc/initramfs/post-update.d at its end, and fails if a
 * hook there does. Boot loaders that keep copies are told by such a hook.
 */
static char *tell_failure(const struct kernel *kernel, const struct stat *before,
	const char *command, const char *failure)
{
	const struct stat now = status_of(kernel->image);

	if (kernel_fault(kernel) == NULL)
		return format_text(
			"the new image of kernel %s is in its place and complete, but "
			"'%s' ended with an error, so that a boot loader may not know of "
			"it: %s; run it again to see all that it says",
			kernel->version, command, failure);
	return format_text(
		"the image of kernel %s could not be made: %s; %s; run '%s' to see all "
		"that it says, or remove that kernel",
		kernel->version, failure, what_is_left(before, &now), command);
}

/* The same of a generator that was stopped because we were asked to stop. */
static char *tell_stop(const struct kernel *kernel, const struct stat *before,
	const char *command, const char *failure)
{
	const struct stat now = status_of(kernel->image);

	if (kernel_fault(kernel) == NULL)
		return format_text("%s; the new image of kernel %s is in its place and "
				   "complete; 'vfio-early enable' goes on from there",
			failure, kernel->version);
	if (is_same_file(before, &now))
		return format_text("%s; the old image of kernel %s is as it was; "
				   "'vfio-early enable' begins anew",
			failure, kernel->version);
	return format_text("%s; the old image of kernel %s is lost, and the new one is "
			   "not as it should be: %s; run '%s' before the next reboot",
		failure, kernel->version, kernel_fault(kernel), command);
}

int image_make(const struct generator *generator, struct kernel *kernel, char **why)
{
	CLEANUP_FREE char *failure = NULL;
	CLEANUP_FREE char *sentence = NULL;
	CLEANUP_FREE char *command = generator->command(kernel);
	const struct stat before = status_of(kernel->image);
	int error = generator->make(kernel, &failure);

	kernel_check(kernel, DEPTH_WHOLE);
	if (error == -EINTR)
		sentence = tell_stop(kernel, &before, command, failure);
	else if (error < 0)
		sentence = tell_failure(kernel, &before, command, failure);
	else if (kernel_fault(kernel) != NULL)
		sentence = format_text(
			"'%s' reported no error, but %s", command, kernel_fault(kernel));
	if (sentence == NULL)
		return 0;
	add_sentence(why, sentence);
	return error == -EINTR ? error : -EIO;
}
