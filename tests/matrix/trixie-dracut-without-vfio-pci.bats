#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian 13 with dracut, and a configuration that keeps vfio-pci out of the image: the early program keeps the host's
# drivers off the card there, and the udev rule of the running system gives it to vfio-pci.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash
load ../lab/generators.bash

setup_file() {
	# Another early program than the one in the image makes the image one that has to be rebuilt.
	generator_boots "$(lab_disk trixie dracut)" '
		echo "omit_drivers+=\" vfio-pci vfio_pci vfio-pci-core \"" >/etc/dracut.conf.d/omit.conf
		echo >>/usr/local/libexec/vfio-early-hook' \
		'lsinitrd "/boot/initrd.img-$(uname -r)" >/mnt/out/image'
}

@test "without vfio-pci in the image every kernel is ready" {
	every_kernel_is_ready
}

@test "without vfio-pci in the image the card waits for it, and no driver of the host touches it" {
	expect_line image 'vfio-early-hook'
	expect_no_line image '/vfio-pci'
	expect_first_card_passed_through
	# shellcheck disable=SC2086 # three addresses
	expect_no_rival $card
	expect_line kernel-log 'bochs-drm 0000:02:00.0'
	expect_line kernel-log 'vfio-early: 0000:01:00: .* taken for vfio-pci'
	expect_line record '^0000:01:00.0 1234:1111 (taken|kept) '
	expect_line record '^0000:01:00.1 8086:2668 (taken|kept) '
	expect_line record '^0000:01:00.2 1b36:000d (taken|kept) '
	expect_line system-state '^running$'
	expect_line output '^This boot: passthrough'
}
