/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of efivarfs (Documentation/filesystems/efivarfs.rst) is four bytes of attributes
 * and the value. Texts are UTF-16LE with a final NUL; of a boot option (EFI_LOAD_OPTION
 * in the UEFI specification) come four bytes of attributes, the length of its device path
 * in two, its name, and the nodes of the path, of which type 4, subtype 4 is a file's
 * name.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/boot/efi.h"
#include "tools/system/root.h"
#include "tools/text/string.h"

#define FIRMWARE "/sys/firmware/efi"
#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
/* systemd's, of the Boot Loader Interface. */
#define LOADER "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

enum { ATTRIBUTES = 4, OPTION_NAME = 6, NODE_HEAD = 4, NODE_MEDIA = 4, NODE_FILE = 4 };

struct bytes {
	const unsigned char *at;
	size_t length;
};

bool efi_firmware(void)
{
	return root_exists(FIRMWARE);
}

static unsigned int two_bytes(struct bytes bytes, size_t at)
{
	return at + 2 <= bytes.length ? bytes.at[at] | (unsigned int)bytes.at[at + 1] << 8
				      : 0;
}

/* The value of a variable; `*file` is what it stands in, to be freed. */
static struct bytes read_value(const char *name, const char *vendor, char **file)
{
	CLEANUP_FREE char *path = format_text(FIRMWARE "/efivars/%s-%s", name, vendor);
	size_t length;

	*file = NULL;
	if (root_read(path, file, &length) < 0 || length < ATTRIBUTES)
		return (struct bytes){0};
	return (struct bytes){
		(const unsigned char *)*file + ATTRIBUTES, length - ATTRIBUTES};
}

/* UTF-16LE up to a NUL or the end; what is not ASCII becomes "?": names of loaders and
 * files are ASCII. */
static char *ascii_of(struct bytes value)
{
	char *text = allocate_more(NULL, value.length / 2 + 1);
	size_t length = 0;

	for (size_t at = 0; at + 2 <= value.length; at += 2) {
		unsigned int unit = two_bytes(value, at);

		if (unit == 0)
			break;
		text[length++] = unit < 0x20 || unit > 0x7e ? '?' : (char)unit;
	}
	text[length] = '\0';
	return text;
}

/* NULL for an empty text. */
static char *text_of(struct bytes value)
{
	char *text = ascii_of(value);

	if (text[0] != '\0')
		return text;
	free(text);
	return NULL;
}

char *efi_loader_text(const char *name)
{
	CLEANUP_FREE char *file = NULL;

	return text_of(read_value(name, LOADER, &file));
}

static struct bytes from(struct bytes bytes, size_t offset)
{
	if (offset > bytes.length)
		offset = bytes.length;
	return (struct bytes){bytes.at + offset, bytes.length - offset};
}

/* Behind the NUL of a text. */
static struct bytes behind_text(struct bytes bytes)
{
	size_t at = 0;

	while (at + 2 <= bytes.length && two_bytes(bytes, at) != 0)
		at += 2;
	return from(bytes, at + 2);
}

static char *file_of_option(struct bytes option)
{
	struct bytes path = behind_text(from(option, OPTION_NAME));
	size_t length = two_bytes(option, ATTRIBUTES);

	if (path.length > length)
		path.length = length;
	while (path.length >= NODE_HEAD) {
		size_t node = two_bytes(path, 2);

		if (node < NODE_HEAD || node > path.length)
			break;
		if (path.at[0] == NODE_MEDIA && path.at[1] == NODE_FILE)
			return text_of(
				(struct bytes){path.at + NODE_HEAD, node - NODE_HEAD});
		path = from(path, node);
	}
	return NULL;
}

char *efi_booted_file(void)
{
	CLEANUP_FREE char *current = NULL, *file = NULL, *name = NULL;
	struct bytes number = read_value("BootCurrent", GLOBAL, &current);

	if (number.length != 2)
		return NULL;
	name = format_text("Boot%04X", two_bytes(number, 0));
	return file_of_option(read_value(name, GLOBAL, &file));
}

char *efi_find_file(const char *name)
{
	static const char *const mounts[] = {"/efi", "/boot/efi", "/boot"};

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		CLEANUP_FREE char *path = format_text("%s%s", mounts[i], name);

		for (char *at = path; *at != '\0'; at++)
			if (*at == '\\')
				*at = '/';
		if (root_exists(path))
			return copy_text(path);
	}
	return NULL;
}
