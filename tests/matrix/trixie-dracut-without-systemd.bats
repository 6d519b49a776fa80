#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian 13 with dracut and no systemd in the image: a hook calls the early program.

load ../lab/lab.bash
load ../lab/generators.bash

setup_file() {
	generator_boots "$(lab_disk trixie dracut-without-systemd)"
}

@test "Debian 13, dracut without systemd: every kernel is ready" {
	every_kernel_is_ready
}

@test "Debian 13, dracut without systemd: the first card is with vfio-pci" {
	first_card_is_passed_through
}

@test "Debian 13, dracut without systemd: the normal entry is as it was" {
	normal_entry_is_untouched "Debian GNU/Linux"
}
