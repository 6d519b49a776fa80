#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian 13 with dracut 106 and systemd in an image for any machine.

load ../lab/lab.bash
load ../lab/generators.bash

setup_file() {
	generator_boots "$(lab_disk trixie dracut)"
}

@test "Debian 13 with dracut: every kernel is ready" {
	every_kernel_is_ready
}

@test "Debian 13 with dracut: the first card is with vfio-pci" {
	first_card_is_passed_through
}

@test "Debian 13 with dracut: the normal entry is as it was" {
	normal_entry_is_untouched "Debian GNU/Linux"
}
