/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signs, surest first. A grub.cfg, an entry or a package is none: it can lie there
 * unread.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/boot/efi.h"
#include "tools/boot/evidence.h"
#include "tools/kernel/parameters.h"
#include "tools/system/root.h"
#include "tools/text/span.h"
#include "tools/text/string.h"

#define PROXMOX_PARTITIONS "/etc/kernel/proxmox-boot-uuids"

static const char *const names[] = {
	[BOOTED_BY_XEN] = "Xen",
	[BOOTED_BY_OSTREE] = "ostree",
	[BOOTED_BY_UKI] = "a unified kernel image",
	[BOOTED_BY_PROXMOX_GRUB] = "GRUB, as proxmox-boot-tool sets it up,",
	[BOOTED_BY_PROXMOX_SYSTEMD_BOOT] =
		"systemd-boot, as proxmox-boot-tool sets it up,",
	[BOOTED_BY_GRUB] = "GRUB",
	[BOOTED_BY_SYSTEMD_BOOT] = "systemd-boot",
	[BOOTED_BY_LIMINE] = "Limine",
	[BOOTED_BY_REFIND] = "rEFInd",
	[BOOTED_BY_SYSLINUX] = "Syslinux",
	[BOOTED_BY_ZFSBOOTMENU] = "ZFSBootMenu",
	[BOOTED_BY_FIRMWARE] = "the firmware",
};

static void tell(struct boot_evidence *evidence, enum booted_by by, char *clause)
{
	evidence->by = by;
	evidence->name = names[by];
	evidence->clause = clause;
}

static bool by_xen(struct boot_evidence *evidence)
{
	CLEANUP_FREE char *rights = root_read_word("/proc/xen/capabilities");

	if (rights == NULL || strstr(rights, "control_d") == NULL)
		return false;
	tell(evidence, BOOTED_BY_XEN, copy_text("/proc/xen/capabilities has control_d"));
	return true;
}

static bool by_ostree(struct boot_evidence *evidence, const char *line)
{
	struct parameter deployment;

	if (!parameters_find(line, "ostree", &deployment) &&
		!root_exists("/run/ostree-booted"))
		return false;
	tell(evidence, BOOTED_BY_OSTREE,
		copy_text("this system runs from a deployment of it (ostree=)"));
	return true;
}

static bool by_stub(struct boot_evidence *evidence)
{
	CLEANUP_FREE char *stub = efi_loader_text("StubInfo");

	if (stub == NULL)
		return false;
	tell(evidence, BOOTED_BY_UKI, format_text("StubInfo is '%s'", stub));
	return true;
}

static bool has_ignoring_case(const char *text, const char *piece)
{
	for (; *text != '\0'; text++)
		if (strncasecmp(text, piece, strlen(piece)) == 0)
			return true;
	return false;
}

/* The first word, if it is BOOT_IMAGE=, which GRUB and Syslinux put there. */
static bool boot_image(const char *line, struct parameter *first)
{
	struct cmdline words = cmdline_read(line, strlen(line));

	return cmdline_next(&words, first) && parameter_is(first, "BOOT_IMAGE");
}

/*
 * proxmox-boot-tool has GRUB load kernels from the root of a partition of its own; where
 * GRUB takes them from /boot, it reads /boot/grub/grub.cfg as elsewhere.
 */
static bool is_on_proxmox_partition(const struct parameter *image)
{
	CLEANUP_FREE char *partitions = root_read_word(PROXMOX_PARTITIONS);

	return partitions != NULL && partitions[0] != '\0' &&
	       !span_has(image->value, "/boot/");
}

/*
 * GRUB has no use for an initrd=. With backslashes it is for the kernel's own EFI stub:
 * the words were copied from a boot by GRUB. Otherwise it is Syslinux's.
 */
static bool by_boot_image(struct boot_evidence *evidence, const char *line)
{
	CLEANUP_FREE char *file = efi_booted_file();
	struct parameter image, initrd;
	enum booted_by by = BOOTED_BY_GRUB;
	bool named = parameters_find(line, "initrd", &initrd);

	if (!boot_image(line, &image) || (named && span_has(initrd.value, "\\")))
		return false;
	if (named && (file == NULL || has_ignoring_case(file, "syslinux")))
		by = BOOTED_BY_SYSLINUX;
	else if (is_on_proxmox_partition(&image))
		by = BOOTED_BY_PROXMOX_GRUB;
	tell(evidence, by,
		format_text("the kernel command line begins with %.*s%s%s%s",
			SPAN(image.word),
			by == BOOTED_BY_PROXMOX_GRUB ? ", and " PROXMOX_PARTITIONS
						       " is there"
						     : "",
			file != NULL ? ", and the firmware started " : "",
			file != NULL ? file : ""));
	return true;
}

static enum booted_by proxmox_or(enum booted_by by)
{
	return by == BOOTED_BY_SYSTEMD_BOOT && root_exists(PROXMOX_PARTITIONS)
		       ? BOOTED_BY_PROXMOX_SYSTEMD_BOOT
		       : by;
}

/* What a loader that has the Boot Loader Interface calls itself. */
static bool by_loader_info(struct boot_evidence *evidence)
{
	static const struct {
		const char *start;
		enum booted_by by;
	} known[] = {
		{"systemd-boot", BOOTED_BY_SYSTEMD_BOOT},
		{"Limine", BOOTED_BY_LIMINE},
		{"rEFInd", BOOTED_BY_REFIND},
	};
	CLEANUP_FREE char *info = efi_loader_text("LoaderInfo");

	for (size_t i = 0; info != NULL && i < ARRAY_SIZE(known); i++)
		if (text_begins(info, known[i].start)) {
			tell(evidence, proxmox_or(known[i].by),
				format_text("LoaderInfo is '%s'", info));
			return true;
		}
	return false;
}

/* By the names that these have on every EFI system partition. */
static bool by_booted_file(struct boot_evidence *evidence)
{
	static const struct {
		const char *piece;
		enum booted_by by;
	} known[] = {
		{"systemd-boot", BOOTED_BY_SYSTEMD_BOOT},
		{"zfsbootmenu", BOOTED_BY_ZFSBOOTMENU},
		{"\\ZBM\\", BOOTED_BY_ZFSBOOTMENU},
		{"limine", BOOTED_BY_LIMINE},
		{"refind", BOOTED_BY_REFIND},
		{"\\EFI\\Linux\\", BOOTED_BY_UKI},
		{"vmlinuz", BOOTED_BY_FIRMWARE},
	};
	CLEANUP_FREE char *file = efi_booted_file();

	for (size_t i = 0; file != NULL && i < ARRAY_SIZE(known); i++)
		if (has_ignoring_case(file, known[i].piece)) {
			tell(evidence, proxmox_or(known[i].by),
				format_text("the firmware started %s", file));
			return true;
		}
	return false;
}

/* Without the firmware's word: its file is here, and GRUB and Syslinux were it not. */
static bool by_limine_file(struct boot_evidence *evidence)
{
	static const char *const files[] = {
		"/boot/limine.conf", "/boot/limine/limine.conf", "/boot/efi/limine.conf"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (root_exists(files[i])) {
			tell(evidence, BOOTED_BY_LIMINE,
				format_text("%s is there, and the kernel command line "
					    "has no BOOT_IMAGE=",
					files[i]));
			return true;
		}
	return false;
}

void boot_evidence_read(struct boot_evidence *evidence)
{
	CLEANUP_FREE char *read = root_read_word("/proc/cmdline");
	const char *line = read != NULL ? read : "";

	*evidence = (struct boot_evidence){0};
	if (by_xen(evidence) || by_ostree(evidence, line) || by_stub(evidence) ||
		by_boot_image(evidence, line) || by_loader_info(evidence) ||
		by_booted_file(evidence) || by_limine_file(evidence))
		return;
	evidence->clause = copy_text("the kernel command line does not begin with "
				     "BOOT_IMAGE=, which GRUB puts there");
}

void boot_evidence_free(struct boot_evidence *evidence)
{
	free(evidence->clause);
	*evidence = (struct boot_evidence){0};
}
