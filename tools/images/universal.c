/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/images/cpio.h"
#include "tools/images/program.h"
#include "tools/images/universal.h"
#include "tools/kernel/kernels.h"
#include "tools/system/root.h"
#include "tools/system/write.h"
#include "tools/text/string.h"

#define PROGRAM LIBEXECDIR "/vfio-early-hook"
#define UNIT LIBEXECDIR "/vfio-early.service"

/* By this name the unit and the script call it, as in images that a hook of ours is in.
 */
#define CALL "/usr/bin/vfio-early-hook"
#define UNITS "usr/lib/systemd/system/"

enum { OVERHEAD = 64 * 1024 };

/* Sourced, and never the end of who sources it. */
static const char script[] = CALL " -i || :\n";

/*
 * In this order. There is no directory among them: one named as a link of the image would
 * take that away (init/initramfs.c, clean_path), and a file whose directory the image
 * lacks is passed over without a word. So one archive serves every image.
 */
struct member {
	const char *path;
	mode_t mode;
	const char *text; /* or where the link leads */
	size_t size;
};

enum { MEMBERS = 7 };

static void list_members(struct member member[static MEMBERS], const char *program,
	size_t program_size, const char *unit)
{
	const struct member list[MEMBERS] = {
		{ARCHIVE_PROGRAM, S_IFREG | 0755, program, program_size},
		{"usr/bin/vfio-early-hook", S_IFLNK | 0777, "/" ARCHIVE_PROGRAM},
		/* initramfs-tools' init sources it before init-top */
		{"conf/conf.d/zz-vfio-early", S_IFREG | 0644, script, strlen(script)},
		/* dracut without systemd, up to 059 and later */
		{"usr/lib/dracut/hooks/cmdline/00-vfio-early.sh", S_IFREG | 0755, script,
			strlen(script)},
		{"var/lib/dracut/hooks/cmdline/00-vfio-early.sh", S_IFREG | 0755, script,
			strlen(script)},
		/* dracut with systemd; it may have no other directory of wants */
		{UNITS "vfio-early.service", S_IFREG | 0644, unit, strlen(unit)},
		{UNITS "sysinit.target.wants/vfio-early.service", S_IFLNK | 0777,
			"../vfio-early.service"},
	};

	memcpy(member, list, sizeof(list));
}

char *archive_path(const char *image)
{
	return format_text("%.*s" ARCHIVE_NAME, (int)(path_name(image) - image), image);
}

/* Nothing in it tells when, where or by whom it was made. */
static int add_member(struct archive *archive, const struct member *member)
{
	struct archive_entry *entry = archive_entry_new();
	int result;

	archive_entry_set_pathname(entry, member->path);
	archive_entry_set_mode(entry, member->mode);
	archive_entry_set_nlink(entry, 1);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_size(entry, (la_int64_t)member->size);
	if (S_ISLNK(member->mode))
		archive_entry_set_symlink(entry, member->text);
	result = archive_write_header(archive, entry);
	if (result == ARCHIVE_OK && member->size > 0 &&
		archive_write_data(archive, member->text, member->size) !=
			(la_ssize_t)member->size)
		result = ARCHIVE_FATAL;
	archive_entry_free(entry);
	return result;
}

/* A whole number of blocks: some loaders put the next image right behind it, and the
 * kernel finds that only where it begins at a multiple of four bytes. */
static int pack(const struct member *members, char *bytes, size_t room, size_t *size)
{
	struct archive *archive = archive_write_new();
	int result = archive_write_set_format_cpio_newc(archive);

	archive_write_set_bytes_per_block(archive, 512);
	archive_write_set_bytes_in_last_block(archive, 512);
	if (result == ARCHIVE_OK)
		result = archive_write_open_memory(archive, bytes, room, size);
	for (size_t i = 0; i < MEMBERS && result == ARCHIVE_OK; i++)
		result = add_member(archive, &members[i]);
	if (archive_write_close(archive) != ARCHIVE_OK)
		result = ARCHIVE_FATAL;
	archive_write_free(archive);
	return result == ARCHIVE_OK ? 0 : -EIO;
}

static int read_part(const char *path, char **text, size_t *size, char **why)
{
	int error = root_read(path, text, size);

	if (error < 0)
		*why = format_text("cannot read %s%s: %s; installing vfio-early puts it "
				   "there",
			root_directory, path, strerror(-error));
	return error;
}

int archive_make(char **bytes, size_t *size, char **why)
{
	CLEANUP_FREE char *program = NULL, *unit = NULL;
	struct member members[MEMBERS];
	size_t program_size, unit_size, room;
	int error = read_part(PROGRAM, &program, &program_size, why);

	*bytes = NULL;
	if (error == 0)
		error = read_part(UNIT, &unit, &unit_size, why);
	if (error < 0)
		return error;
	list_members(members, program, program_size, unit);
	room = program_size + unit_size + OVERHEAD;
	*bytes = allocate_more(NULL, room);
	error = pack(members, *bytes, room, size);
	if (error == 0)
		return 0;
	*why = copy_text("the archive with the early program could not be made");
	free(*bytes);
	*bytes = NULL;
	return error;
}

/* The early program in it; 0 and NULL: it has none, or -errno: it is damaged. */
static int find_program(const char *path, char **program, size_t *size, char **why)
{
	struct cpio *cpio = cpio_open(path, why);
	struct cpio_entry entry;
	int result;

	if (cpio == NULL)
		return -EINVAL;
	while ((result = cpio_next(cpio, &entry, why)) == 1) {
		if (strcmp(entry.name, ARCHIVE_PROGRAM) != 0 || *program != NULL ||
			!S_ISREG(entry.mode))
			continue;
		*size = entry.size;
		result = cpio_content(cpio, program, why);
		if (result < 0)
			break;
	}
	cpio_close(cpio);
	return result;
}

static bool is_as_made(const char *path, bool *known)
{
	CLEANUP_FREE char *bytes = NULL, *there = NULL, *why = NULL;
	size_t size, there_size;

	*known = archive_make(&bytes, &size, &why) == 0;
	return *known && root_read(path, &there, &there_size) == 0 &&
	       there_size == size && memcmp(there, bytes, size) == 0;
}

char *archive_fault(const char *path, char **stale)
{
	CLEANUP_FREE char *program = NULL;
	char *why = NULL;
	const char *fault;
	size_t size = 0;
	bool known;

	*stale = NULL;
	if (is_as_made(path, &known))
		return NULL;
	if (find_program(path, &program, &size, &why) < 0)
		return why;
	if (program == NULL)
		return format_text("the early program is not in %s", path);
	fault = program_fault(program, size);
	if (fault != NULL)
		return format_text("the early program in %s %s", path, fault);
	if (known)
		*stale = format_text("%s is of another version than " PROGRAM, path);
	return NULL;
}

int archive_write(const char *image, bool *changed, char **why)
{
	CLEANUP_FREE char *path = archive_path(image);
	CLEANUP_FREE char *bytes = NULL;
	size_t size;
	int error = archive_make(&bytes, &size, why);

	return error < 0 ? error : write_file(path, bytes, size, changed, why);
}

static bool is_needed(const struct kernels *kernels, const char *path)
{
	for (size_t i = 0; i < kernels->count; i++) {
		const struct kernel *kernel = &kernels->kernel[i];
		CLEANUP_FREE char *own =
			kernel->image != NULL ? archive_path(kernel->image) : NULL;

		if (own != NULL && kernel->carrier != CARRIER_IMAGE &&
			strcmp(own, path) == 0)
			return true;
	}
	return false;
}

int archive_tidy(
	const struct kernels *kernels, struct lines *steps, bool *changed, char **why)
{
	for (size_t i = 0; i < kernels->count; i++) {
		const char *image = kernels->kernel[i].image;
		CLEANUP_FREE char *path = image != NULL ? archive_path(image) : NULL;
		bool removed;
		int error;

		if (path == NULL || !root_exists(path) || is_needed(kernels, path))
			continue;
		error = write_remove(path, &removed, why);
		if (error < 0)
			return error;
		if (!removed)
			continue;
		lines_add(steps, "remove %s, which no entry loads any more", path);
		*changed = true;
	}
	return 0;
}

/*
 * The last rdinit= on a line wins, and without a file of that name the kernel mounts
 * root= by itself, which a modular one cannot (init/main.c).
 */
char *archive_kdump_note(const struct kernel *kernel)
{
	static const struct {
		const char *file, *variable;
	} kdump[] = {
		{"/etc/default/kdump-tools", "KDUMP_CMDLINE_APPEND"},
		{"/etc/sysconfig/kdump", "KDUMP_COMMANDLINE_APPEND"},
	};

	for (size_t i = 0; kernel->carrier == CARRIER_IN_FRONT && i < ARRAY_SIZE(kdump);
		i++) {
		CLEANUP_FREE char *text = NULL;

		if (root_read(kdump[i].file, &text, NULL) < 0 ||
			strstr(text, "rdinit=/init") != NULL)
			continue;
		return format_text(
			"after a passthrough boot of kernel %s the crash kernel "
			"of kdump would not start: add rdinit=/init to %s in "
			"%s, and restart kdump",
			kernel->version, kdump[i].variable, kdump[i].file);
	}
	return NULL;
}
