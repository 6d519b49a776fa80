#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian 12 on btrfs, where GRUB reads its environment and cannot write to it.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

setup_file() {
	lab_machine "$(lab_disk bookworm initramfs-tools-on-btrfs)"
	lab_boot --run '
		if vfio-early enable 01:00 --once >once 2>&1; then echo "it did not fail" >>once; fi
		vfio-early enable 01:00
		vfio-early status >status-text || :
		sed -n "/^### BEGIN .*45_vfio_early/,/^### END/p" /boot/grub/grub.cfg >section'
	lab_keep before
	lab_boot --run 'vfio-early status'
}

@test "on btrfs one boot only is refused, and enable and status say that the guard is off" {
	expect_line before/once 'needs GRUB to write to its grubenv, but /boot/grub/grubenv is on btrfs, where GRUB cannot write'
	expect_no_line before/once 'it did not fail'
	expect_line before/output 'The guard is off: /boot/grub/grubenv is on btrfs'
	expect_line before/status-text 'the guard is off, and a passthrough boot that fails is tried again'
}

@test "on btrfs GRUB is not asked to write, and boots passthrough by default all the same" {
	expect_line before/section 'linux.*vfio_early='
	expect_no_line before/section save_env
	expect_first_card_passed_through
	expect_line output '^This boot: passthrough'
	expect_line system-state '^running$'
}

@test "on btrfs disable makes the next boot a normal one" {
	lab_boot --run 'vfio-early disable'
	lab_boot
	expect_normal_drivers
}
