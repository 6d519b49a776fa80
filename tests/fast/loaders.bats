#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Which boot loader boots this machine: by what the firmware, the loader and the kernel say,
# and not by files that lie about.

load helper
load efi

words='vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt'

setup() {
	make_machine
	make_kernel 6.1.0-1-amd64
	make_grub "$words"
	make_grubenv vfio_early=1
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:02.0/00'
}

# The words of a kernel that its own EFI stub started.
stub_boot() {
	put /proc/cmdline <<<'initrd=\ID\6.1.0-1-amd64\initrd root=UUID=0815 ro quiet'
}

# The next boot is not promised, and enable refuses, saying PIECE... both times.
is_not_switched() { # PIECE...
	local piece before
	before=$(find "$root/boot" "$root/etc" -type f -exec sha256sum {} +)
	run -0 tool status
	assert_contains 'Next boot: unknown, '
	assert_lacks 'Next boot: passthrough'
	for piece; do
		assert_contains "$piece"
	done
	assert_equal null "$(json_of .next_boot.loader status)"
	run -1 tool enable
	for piece; do
		assert_contains "$piece"
	done
	assert_equal "$before" "$(find "$root/boot" "$root/etc" -type f -exec sha256sum {} +)"
}

@test "GRUB is known by BOOT_IMAGE= in front of the kernel's words" {
	run -0 tool status
	assert_contains 'Boot loader: GRUB: the kernel command line begins with BOOT_IMAGE=/boot/vmlinuz-6.1.0-1-amd64
Next boot: passthrough, until'
	assert_equal 'GRUB the kernel command line begins with BOOT_IMAGE=/boot/vmlinuz-6.1.0-1-amd64' \
		"$(json_of '.next_boot | "\(.loader) \(.loader_evidence)"' status)"
	efi_started '\EFI\debian\shimx64.efi'
	run -0 tool status
	assert_contains 'amd64, and the firmware started \EFI\debian\shimx64.efi'
}

@test "a grub.cfg beside systemd-boot is read by nobody, and no success is told of it" {
	stub_boot
	efi_loader LoaderInfo 'systemd-boot 257.13-1~deb13u1'
	efi_loader LoaderEntrySelected ID-6.1.0-1-amd64.conf
	put /boot/efi/loader/entries/ID-6.1.0-1-amd64.conf <<<'title Debian'
	is_not_switched "systemd-boot boots this machine (LoaderInfo is 'systemd-boot 257.13-1~deb13u1'), and vfio-early does not switch that; by hand: append " \
		"to the 'options' line of /boot/efi/loader/entries/ID-6.1.0-1-amd64.conf, and to the line in /etc/kernel/cmdline"
	assert_contains "append '$words' to"
}

@test "words that were copied from a boot by GRUB do not make systemd-boot GRUB" {
	put /proc/cmdline <<<'initrd=\ID\initrd BOOT_IMAGE=/boot/vmlinuz-6.1.0-1-amd64 root=UUID=0815'
	efi_loader LoaderInfo 'systemd-boot 252'
	is_not_switched 'systemd-boot boots this machine'
	put /proc/cmdline <<<'BOOT_IMAGE=/boot/vmlinuz-6.1.0-1-amd64 root=UUID=0815 initrd=\boot\initrd.img-6.1.0-1-amd64'
	efi_loader LoaderInfo 'rEFInd 0.14.2'
	is_not_switched "rEFInd boots this machine (LoaderInfo is 'rEFInd 0.14.2')" 'in /boot/refind_linux.conf, add a line'
}

@test "GRUB that another loader started is GRUB" {
	efi_loader LoaderInfo 'systemd-boot 257'
	efi_started '\EFI\systemd\systemd-bootx64.efi'
	run -0 tool status
	assert_contains 'Boot loader: GRUB: '
	assert_contains 'Next boot: passthrough, '
}

@test "two loaders on one disk are told apart by what the firmware started" {
	stub_boot
	efi_started '\EFI\systemd\systemd-bootx64.efi'
	is_not_switched 'systemd-boot boots this machine (the firmware started \EFI\systemd\systemd-bootx64.efi)'
	boot_with ''
	efi_started '\EFI\debian\grubx64.efi'
	run -0 tool status
	assert_contains 'Next boot: passthrough, '
}

@test "the partitions of Proxmox's boot tool: neither its GRUB nor its systemd-boot reads /boot/grub" {
	put /etc/kernel/proxmox-boot-uuids <<<ABCD-EF01
	echo BOOT_IMAGE=/vmlinuz-6.1.0-1-amd64 root=ZFS=rpool/ROOT/pve-1 ro | put /proc/cmdline
	is_not_switched 'GRUB, as proxmox-boot-tool sets it up, boots this machine (the kernel command line begins with BOOT_IMAGE=/vmlinuz-6.1.0-1-amd64, and /etc/kernel/proxmox-boot-uuids is there)' \
		"to GRUB_CMDLINE_LINUX in /etc/default/grub, then run 'proxmox-boot-tool refresh'"
	stub_boot
	efi_loader LoaderInfo 'systemd-boot 252.36-1~deb12u1'
	is_not_switched 'systemd-boot, as proxmox-boot-tool sets it up, boots this machine' \
		"to the line in /etc/kernel/cmdline, then run 'proxmox-boot-tool refresh'"
	boot_with ''
	rm -r "$root/sys/firmware"
	run -0 tool status
	assert_contains 'Boot loader: GRUB: the kernel command line begins with BOOT_IMAGE=/boot/'
}

@test "without any sign of GRUB a grub.cfg is not believed" {
	echo root=UUID=0815 ro quiet | put /proc/cmdline
	is_not_switched 'nothing shows that GRUB reads /boot/grub/grub.cfg at power-on: the kernel command line does not begin with BOOT_IMAGE='
	put /boot/limine.conf <<<'/Arch'
	is_not_switched 'Limine boots this machine (/boot/limine.conf is there' "in /boot/limine.conf, copy your entry under another title, and append" "'cmdline:' line"
}

@test "GRUB of another system on this machine is told by the file system that it reads" {
	sed -i '1i search --no-floppy --fs-uuid --set=root 2d1a1f4a-0815-4711-8888-444455556666' "$root/boot/grub/grub.cfg"
	efi_started '\EFI\fedora\shimx64.efi'
	put /boot/efi/EFI/fedora/grub.cfg <<-'END'
		search --no-floppy --root-dev-only --fs-uuid --set=dev 99999999-1111-4222-8333-444455556666
		set prefix=($dev)/boot/grub2
		export $prefix
		configfile $prefix/grub.cfg
	END
	is_not_switched "the GRUB that boots this machine is another system's: /boot/efi/EFI/fedora/grub.cfg names the file system 99999999-1111-4222-8333-444455556666, and not that of /boot/grub/grub.cfg; 'grub-install' here makes it this system's"
	sed -i 's/99999999-1111-4222-8333-/2d1a1f4a-0815-4711-8888-/' "$root/boot/efi/EFI/fedora/grub.cfg"
	run -0 tool status
	assert_contains 'Next boot: passthrough, '
}

@test "a unified image, ostree, Xen and Syslinux are known, each with its own way" {
	stub_boot
	efi_loader LoaderInfo 'systemd-boot 257'
	efi_loader LoaderEntrySelected arch-linux.efi
	efi_loader StubInfo 'systemd-stub 257'
	put /efi/EFI/Linux/arch-linux.efi <<<MZ
	is_not_switched "a unified kernel image boots this machine (StubInfo is 'systemd-stub 257')" \
		'its command line is inside /efi/EFI/Linux/arch-linux.efi' '--join-profile='
	rm -r "$root/sys/firmware"
	echo BOOT_IMAGE=/ostree/fedora-1/vmlinuz-6.1 ostree=/ostree/boot.1/fedora/1/0 | put /proc/cmdline
	is_not_switched "run 'rpm-ostree kargs --append-if-missing="
	assert_contains "run 'rpm-ostree kargs --append-if-missing=vfio_early=1234:1111@00:02.0/00 --append-if-missing=intel_iommu=on --append-if-missing=iommu=pt'"
	echo BOOT_IMAGE=vmlinuz initrd=initrd.img root=UUID=0815 | put /proc/cmdline
	is_not_switched 'Syslinux boots this machine' 'to the APPEND line of the copy'
	put /proc/xen/capabilities <<<control_d
	run -0 tool status
	assert_contains 'Next boot: unknown, Xen boots this machine (/proc/xen/capabilities has control_d)'
	assert_contains 'choose an entry without Xen'
}

@test "variables that are cut short or empty prove nothing" {
	stub_boot
	efi_loader LoaderInfo 'systemd-boot 257'
	: >"$efivars/LoaderInfo-$loader_vendor"
	efi_started '\EFI\refind\refind_x64.efi'
	is_not_switched 'rEFInd boots this machine (the firmware started'
	truncate -s 40 "$efivars"/Boot0001-*
	is_not_switched 'nothing shows that GRUB reads /boot/grub/grub.cfg at power-on'
}
