#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package's life on Debian 12: install, enable, upgrade, remove, purge, each with the boot after it.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash
load ../package/package.bash

setup_file() {
	lab_machine "$(lab_plain_disk)"
	make_packages deb "$BATS_FILE_TMPDIR/deb"
	cp "$BATS_FILE_TMPDIR"/deb/vfio-early_*.deb "$LAB_MACHINE/share/first.deb"
	package_as 99.0 "$LAB_MACHINE/share/first.deb" "$LAB_MACHINE/share/second.deb"
}

# What dpkg says and how the system came up, in an emulated machine whose images take minutes.
boot_for() { # COMMANDS
	lab_boot --timeout 1500 --run "set -e; export DEBIAN_FRONTEND=noninteractive; $1"
}

@test "installing makes one image, once, and leaves the boot menu and every driver as they were" {
	boot_for 'cp /boot/grub/grub.cfg grub.cfg.before
		find / -xdev \( -path /var -o -path /tmp -o -path /boot \) -prune -o -print | sort >/root/files.before
		dpkg -i /mnt/first.deb >dpkg 2>&1
		sed "/^### BEGIN .*45_vfio_early/,/^### END/d" /boot/grub/grub.cfg | cat -s >menu
		cat -s grub.cfg.before | diff - menu
		systemctl is-enabled vfio-early-confirm.service vfio-early-stopped.service'
	[ "$(guest dpkg | grep -c 'Generating /boot/initrd')" = 1 ]
	boot_for 'vfio-early enable --yes 01:00 >enable'
	expect_normal_drivers
	expect_no_line command-line vfio_early
	expect_no_line enable 'rebuil|made anew|update-initramfs'
}

@test "after enable the first card is with vfio-pci, and an upgrade leaves it so" {
	boot_for 'dpkg -i /mnt/second.deb >dpkg 2>&1; vfio-early status >status || :'
	expect_first_card_passed_through
	[ "$(guest dpkg | grep -c 'Generating /boot/initrd')" = 1 ]
	expect_line status '^Next boot: passthrough'
}

@test "after removing, the machine boots normally, even with an image that still has the early program" {
	boot_for 'cp /boot/initrd.img-* /root; dpkg -r vfio-early >dpkg 2>&1; cp /boot/grub/grub.cfg .
		cp /root/initrd.img-* /boot; grub-editenv - list'
	expect_first_card_passed_through
	expect_no_line grub.cfg 'vfio_early=|vfio-early'
	expect_no_line output '^vfio_early(_once)?='
	boot_for 'lsinitramfs /boot/initrd.img-* >image; rm /root/initrd.img-*'
	expect_line image vfio-early-hook
	expect_normal_drivers
	expect_no_line command-line vfio_early
	expect_line system-state '^running$'
}

@test "after purging nothing is left, and the machine boots normally" {
	boot_for 'dpkg -P vfio-early; grub-editenv - list >variables; update-initramfs -u
		find / -xdev \( -path /var -o -path /tmp -o -path /boot \) -prune -o -print | sort |
			diff /root/files.before - | grep -v /root/ >left || :
		find /var/lib -name "*vfio*" >>left; lsinitramfs /boot/initrd.img-* | grep vfio >>left || :'
	[ "$(guest left)" = '' ]
	expect_no_line variables vfio_early
	boot_for :
	expect_normal_drivers
	expect_line system-state '^running$'
}
