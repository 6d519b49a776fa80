/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What booted this system, by what the firmware, the loader and the kernel say of it. */
#ifndef TOOLS_BOOT_EVIDENCE_H
#define TOOLS_BOOT_EVIDENCE_H

enum booted_by {
	BOOTED_BY_UNKNOWN,
	BOOTED_BY_XEN, /* this is its dom0 */
	BOOTED_BY_OSTREE,
	BOOTED_BY_UKI,		/* whoever started it */
	BOOTED_BY_PROXMOX_GRUB, /* GRUB, from a partition that proxmox-boot-tool keeps */
	BOOTED_BY_PROXMOX_SYSTEMD_BOOT,
	BOOTED_BY_GRUB,
	BOOTED_BY_SYSTEMD_BOOT,
	BOOTED_BY_LIMINE,
	BOOTED_BY_REFIND,
	BOOTED_BY_SYSLINUX,
	BOOTED_BY_ZFSBOOTMENU,
	BOOTED_BY_FIRMWARE, /* the kernel, without a loader */
};

struct boot_evidence {
	enum booted_by by;
	const char *name; /* "systemd-boot"; NULL: unknown */
	char *clause;	  /* what says so, without a full stop */
};

void boot_evidence_read(struct boot_evidence *evidence);
void boot_evidence_free(struct boot_evidence *evidence);

#endif
