/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/text/string.h"
#include "tools/kernel/kernels.h"
#include "tools/system/root.h"

/* The next component: a number, or text up to the next digit or hyphen. */
static size_t component(const char *text)
{
	size_t length = 0;

	if (isdigit((unsigned char)text[0]))
		return strspn(text, "0123456789");
	if (text[0] == '-')
		length = 1;
	while (text[length] != '\0' && text[length] != '-' &&
		!isdigit((unsigned char)text[length]))
		length++;
	return length;
}

static bool is_prerelease(const char *text, size_t length)
{
	return (length == 3 && text_begins(text, "-rc")) ||
	       (length == 6 && text_begins(text, "-trunk"));
}

static int compare_numbers(const char *a, size_t a_length, const char *b, size_t b_length)
{
	while (a_length > 0 && a[0] == '0')
		a++, a_length--;
	while (b_length > 0 && b[0] == '0')
		b++, b_length--;
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return strncmp(a, b, a_length);
}

static int compare_words(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = strncmp(a, b, a_length < b_length ? a_length : b_length);

	if (order != 0)
		return order;
	return (a_length > b_length) - (a_length < b_length);
}

int kernel_version_compare(const char *a, const char *b)
{
	size_t a_length, b_length;
	bool a_pre, b_pre;
	int order = 0;

	for (; order == 0; a += a_length, b += b_length) {
		a_length = component(a);
		b_length = component(b);
		a_pre = is_prerelease(a, a_length);
		b_pre = is_prerelease(b, b_length);
		if (a_pre != b_pre)
			return a_pre ? -1 : 1;
		if (a_length == 0 || b_length == 0)
			return (a_length > 0) - (b_length > 0);
		if (isdigit((unsigned char)a[0]) && isdigit((unsigned char)b[0]))
			order = compare_numbers(a, a_length, b, b_length);
		else
			order = compare_words(a, a_length, b, b_length);
	}
	return order;
}

static int newest_first(const void *a, const void *b)
{
	const struct kernel *left = a, *right = b;

	return kernel_version_compare(right->version, left->version);
}

/* Names that grub-mkconfig passes over as well, and rescue kernels, which are better off
 * without us. */
static bool is_kernel_version(const char *version)
{
	static const char *const left_overs[] = {".old", ".bak", ".tmp", ".new", "~",
		".rpmsave", ".rpmnew", ".hmac", ".sig"};

	for (size_t i = 0; i < ARRAY_SIZE(left_overs); i++)
		if (text_ends(version, left_overs[i]))
			return false;
	return version[0] != '\0' && strstr(version, "rescue") == NULL &&
	       strstr(version, ".dpkg-") == NULL;
}

/* The places where 10_linux and kernel-install put images, Debian's first. */
static char *find_image(const char *version)
{
	CLEANUP_FREE char *machine = root_read_word("/etc/machine-id");
	const char *id = machine != NULL ? machine : "";
	char *candidates[] = {
		format_text("/boot/initrd.img-%s", version),
		format_text("/boot/initramfs-%s.img", version),
		format_text("/boot/initrd-%s", version),
		format_text("/boot/initrd-%s.img", version),
		format_text("/efi/%s/%s/initrd", id, version),
		format_text("/boot/%s/%s/initrd", id, version),
		format_text("/boot/efi/%s/%s/initrd", id, version),
	};
	char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
		if (found == NULL && root_exists(candidates[i]))
			found = candidates[i];
		else
			free(candidates[i]);
	}
	return found;
}

static void add(struct kernels *kernels, const char *version)
{
	if (!is_kernel_version(version))
		return;
	for (size_t i = 0; i < kernels->count; i++)
		if (strcmp(kernels->kernel[i].version, version) == 0)
			return;
	kernels->kernel = allocate_more(
		kernels->kernel, (kernels->count + 1) * sizeof(*kernels->kernel));
	kernels->kernel[kernels->count++] = (struct kernel){
		.version = copy_text(version),
		.image = find_image(version),
	};
}

void kernels_find(struct kernels *kernels)
{
	char **names = root_list("/boot");

	*kernels = (struct kernels){0};
	for (size_t i = 0; names[i] != NULL; i++)
		if (text_begins(names[i], "vmlinuz-") ||
			text_begins(names[i], "vmlinux-"))
			add(kernels, names[i] + 8);
	root_list_free(names);

	/* Fedora's packages keep the kernel here; /boot may hold none with systemd-boot.
	 */
	names = root_list("/lib/modules");
	for (size_t i = 0; names[i] != NULL; i++) {
		CLEANUP_FREE char *path =
			format_text("/lib/modules/%s/vmlinuz", names[i]);
		CLEANUP_FREE char *package =
			format_text("/lib/modules/%s/pkgbase", names[i]);

		/* Arch names the files in /boot after the package */
		if (root_exists(path) && !root_exists(package))
			add(kernels, names[i]);
	}
	root_list_free(names);
	if (kernels->count > 0)
		qsort(kernels->kernel, kernels->count, sizeof(*kernels->kernel),
			newest_first);
}

void kernels_free(struct kernels *kernels)
{
	for (size_t i = 0; i < kernels->count; i++) {
		free(kernels->kernel[i].version);
		free(kernels->kernel[i].image);
		free(kernels->kernel[i].reason);
		free(kernels->kernel[i].stale);
		free(kernels->kernel[i].note);
		free(kernels->kernel[i].lack);
	}
	free(kernels->kernel);
	*kernels = (struct kernels){0};
}
