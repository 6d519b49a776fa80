/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a claim is taken back, as a command to type. */
#include <string.h>

#include "tools/text/string.h"
#include "tools/claims/undo.h"

/* "FILE:LINE" in two; false if there is no line. */
static bool split_source(const char *source, int *length, unsigned int *line)
{
	const char *colon = strrchr(source, ':');
	uint64_t number;

	if (colon == NULL || !span_number(span_of(colon + 1), 10, 1000000, &number))
		return false;
	*length = (int)(colon - source);
	*line = (unsigned int)number;
	return true;
}

/* Files of which a line can become a comment. */
static bool has_comments(const char *path)
{
	static const char *const places[] = {"/etc/modprobe.d/", "/etc/modules",
		"/etc/initramfs-tools/modules", "/etc/udev/rules.d/", "/etc/dracut.conf",
		"/etc/mkinitcpio.conf"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (text_begins(path, places[i]))
			return true;
	return false;
}

/* A word that sed and a shell leave alone, but for the dot. */
static bool is_plain(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789:.,_=-")] == '\0';
}

char *claim_undo(const struct claim *claim)
{
	const char *path = claim->source, *name = strrchr(path, '/');
	unsigned int line = 0;
	int length = 0;

	if (strcmp(claim->who, "driverctl") == 0 && strstr(path, "pci-") != NULL)
		return format_text(
			"driverctl unset-override %s", strstr(path, "pci-") + 4);
	if (strcmp(claim->who, "supergfxctl") == 0)
		return copy_text("supergfxctl -m Hybrid");
	if (claim->kind == CLAIM_LEFTOVER && strstr(path, ".service") == NULL)
		return format_text("rm %s", path);
	if (claim->kind == CLAIM_LEFTOVER)
		return format_text("systemctl disable --now %s && rm %s", name + 1, path);
	if (!split_source(path, &length, &line))
		return NULL;
	if (strcmp(claim->who, "a systemd unit") == 0)
		return format_text("systemctl disable --now %.*s",
			(int)(path + length - name - 1), name + 1);
	if (claim->kind == CLAIM_SCRIPT && text_begins(path, "/etc/libvirt/hooks/"))
		return format_text("chmod -x %.*s", length, path);
	if (has_comments(path))
		return format_text("sed -i '%us/^/# /' %.*s", line, length, path);
	if ((text_begins(path, "/etc/default/grub") ||
		    text_begins(path, "/etc/kernel/cmdline")) &&
		is_plain(claim->text))
		return format_text(
			"sed -i '%us/ *%s//' %.*s", line, claim->text, length, path);
	return NULL;
}

void claim_apply_undo(const struct claim *claim, bool *image, bool *loader)
{
	const char *path = claim->source;

	*loader |= text_begins(path, "/etc/default/grub") ||
		   text_begins(path, "/etc/kernel/cmdline");
	/* what of it is copied into the initramfs */
	*image |= text_begins(path, "/etc/modprobe.d/") ||
		  text_begins(path, "/etc/initramfs-tools/") ||
		  text_begins(path, "/etc/modules-load.d/") ||
		  text_begins(path, "/etc/udev/") || text_begins(path, "/etc/dracut") ||
		  text_begins(path, "/etc/mkinitcpio");
}
