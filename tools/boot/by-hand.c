/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tools/boot/by-hand.h"
#include "tools/boot/efi.h"
#include "tools/images/host-generator.h"
#include "tools/kernel/parameters.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

#define PRINTED "the words that 'vfio-early cmdline' prints"

/* The parameters as an object of a sentence. */
static char *shown(const char *words)
{
	return words != NULL ? format_text("'%s'", words) : copy_text(PRINTED);
}

/* The first of these files that is here; else the first. */
static const char *file_here(const char *const *files)
{
	for (size_t i = 0; files[i] != NULL; i++)
		if (root_exists(files[i]))
			return files[i];
	return files[0];
}

static char *for_xen(const char *words)
{
	(void)words;
	return copy_text(
		"choose an entry without Xen in the boot menu and enable again: under Xen "
		"there is no vfio-pci, and its own way is xen-pciback.hide= on the kernel "
		"command line");
}

/* One line for all deployments: entries beside it are lost with the next one. */
static char *for_ostree(const char *words)
{
	CLEANUP_FREE char *command = copy_text("rpm-ostree kargs");
	struct span rest = span_of(words != NULL ? words : "WORD"), word;

	while (span_word(&rest, &word))
		text_append(&command, " --append-if-missing=%.*s", SPAN(word));
	return format_text(
		"run '%s'%s; 'rpm-ostree kargs --delete=' takes them away, and "
		"'rpm-ostree initramfs --enable' brings the early program into the image",
		command, words != NULL ? "" : " with each of " PRINTED);
}

/* The unified image that was chosen, as the firmware or the loader names it. */
static char *unified_image(void)
{
	CLEANUP_FREE char *id = efi_loader_text("LoaderEntrySelected");
	CLEANUP_FREE char *file = efi_booted_file();
	CLEANUP_FREE char *named =
		id != NULL ? format_text("\\EFI\\Linux\\%.*s", (int)strcspn(id, "@"), id)
			   : NULL;
	char *path = named != NULL ? efi_find_file(named) : NULL;

	if (path == NULL && file != NULL && strstr(file, "Linux") != NULL)
		path = efi_find_file(file);
	return path != NULL ? path : copy_text("the image in EFI/Linux");
}

/* systemd-stub(7): an addon would be for every boot of the image. */
static char *for_uki(const char *words)
{
	CLEANUP_FREE char *text = shown(words);
	CLEANUP_FREE char *image = unified_image();

	return format_text(
		"its command line is inside %s: for an entry beside the normal one, build "
		"it with a second profile that has %s behind its command line (ukify build "
		"--profile= --cmdline=, joined by --join-profile=) and sign it as before; "
		"or, for every boot, append them to /etc/kernel/cmdline and have the image "
		"made anew",
		image, text);
}

static char *for_proxmox_grub(const char *words)
{
	CLEANUP_FREE char *text = shown(words);

	return format_text(
		"append %s to GRUB_CMDLINE_LINUX in /etc/default/grub, then run "
		"'proxmox-boot-tool refresh'",
		text);
}

static char *for_proxmox_systemd_boot(const char *words)
{
	CLEANUP_FREE char *text = shown(words);

	return format_text("append %s to the line in /etc/kernel/cmdline, then run "
			   "'proxmox-boot-tool refresh'",
		text);
}

static char *for_systemd_boot(const char *words)
{
	CLEANUP_FREE char *text = shown(words);
	CLEANUP_FREE char *id = efi_loader_text("LoaderEntrySelected");
	CLEANUP_FREE char *name =
		id != NULL ? format_text("\\loader\\entries\\%s", id) : NULL;
	CLEANUP_FREE char *path = name != NULL ? efi_find_file(name) : NULL;

	if (root_exists("/etc/kernelstub/configuration"))
		return format_text(
			"run kernelstub --add-options %s%s; --delete-options takes them "
			"away again",
			words != NULL ? text : "WORDS",
			words != NULL ? "" : " with " PRINTED);
	return format_text(
		"append %s to the 'options' line of %s, and to the line in "
		"/etc/kernel/cmdline if it is there, from which kernel-install "
		"makes the entries of later kernels",
		text, path != NULL ? path : "your entry in loader/entries");
}

static char *for_limine(const char *words)
{
	static const char *const files[] = {"/boot/limine.conf",
		"/boot/limine/limine.conf", "/boot/efi/limine.conf",
		"/boot/efi/EFI/limine/limine.conf", NULL};
	CLEANUP_FREE char *text = shown(words);

	return format_text("in %s, copy your entry under another title, and append %s to "
			   "the 'cmdline:' line of the copy",
		file_here(files), text);
}

static char *for_refind(const char *words)
{
	CLEANUP_FREE char *text = shown(words);

	return format_text("in /boot/refind_linux.conf, add a line with a label of its "
			   "own, and the options of the first line with %s behind them; "
			   "it is in the kernel's submenu (F2)",
		text);
}

static char *for_syslinux(const char *words)
{
	static const char *const files[] = {"/boot/extlinux/extlinux.conf",
		"/boot/syslinux/syslinux.cfg", "/boot/extlinux.conf", NULL};
	CLEANUP_FREE char *text = shown(words);

	return format_text("in %s, copy your entry under another LABEL, and append %s to "
			   "the APPEND line of the copy",
		file_here(files), text);
}

static char *for_zfsbootmenu(const char *words)
{
	CLEANUP_FREE char *text = shown(words);

	return format_text("append %s to the property org.zfsbootmenu:commandline of the "
			   "boot environment: 'zfs get -H -o value "
			   "org.zfsbootmenu:commandline DATASET' prints it, and 'zfs set "
			   "org.zfsbootmenu:commandline=\"...\" DATASET' sets it",
		text);
}

static char *for_firmware(const char *words)
{
	CLEANUP_FREE char *text = shown(words);
	CLEANUP_FREE char *file = efi_booted_file();
	CLEANUP_FREE char *line = root_read_word("/proc/cmdline");

	return format_text(
		"make a boot option beside the one that is there: efibootmgr "
		"--create --disk DISK --part NUMBER --label 'GPU for virtual "
		"machines' --loader '%s' --unicode '%s WORDS', with %s for WORDS",
		file != NULL ? file : "KERNEL", line != NULL ? line : "", text);
}

char *boot_by_hand(const struct boot_evidence *evidence, const char *words)
{
	static char *(*const ways[])(const char *) = {
		[BOOTED_BY_XEN] = for_xen,
		[BOOTED_BY_OSTREE] = for_ostree,
		[BOOTED_BY_UKI] = for_uki,
		[BOOTED_BY_PROXMOX_GRUB] = for_proxmox_grub,
		[BOOTED_BY_PROXMOX_SYSTEMD_BOOT] = for_proxmox_systemd_boot,
		[BOOTED_BY_SYSTEMD_BOOT] = for_systemd_boot,
		[BOOTED_BY_LIMINE] = for_limine,
		[BOOTED_BY_REFIND] = for_refind,
		[BOOTED_BY_SYSLINUX] = for_syslinux,
		[BOOTED_BY_ZFSBOOTMENU] = for_zfsbootmenu,
		[BOOTED_BY_FIRMWARE] = for_firmware,
	};
	CLEANUP_FREE char *images = NULL, *way = NULL;

	if (evidence->by >= ARRAY_SIZE(ways) || ways[evidence->by] == NULL)
		return NULL;
	way = ways[evidence->by](words);
	if (evidence->by == BOOTED_BY_XEN || evidence->by == BOOTED_BY_OSTREE)
		return copy_text(way);
	images = generator_command();
	return format_text("%s%s%s%s", way, images != NULL ? "; '" : "",
		images != NULL ? images : "",
		images != NULL ? "' brings the early program into the images" : "");
}
