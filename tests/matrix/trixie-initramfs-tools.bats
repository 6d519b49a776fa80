#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian 13: kernel 6.12, modules that stay compressed (.ko.xz), GRUB 2.12.

load ../lab/lab.bash
load ../lab/generators.bash

setup_file() {
	generator_boots "$(lab_disk trixie initramfs-tools)"
}

@test "Debian 13 with initramfs-tools: every kernel is ready" {
	every_kernel_is_ready
}

@test "Debian 13 with initramfs-tools: the first card is with vfio-pci" {
	first_card_is_passed_through
}

@test "Debian 13 with initramfs-tools: the normal entry is as it was" {
	normal_entry_is_untouched "Debian GNU/Linux"
}
