#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole job with each program that makes images, as its distribution ships it. A new row is one test here, and what
# its disk is made of in lab/disk.sh.

load ../lab/lab.bash
load ../lab/generators.bash

works_with() { # SUITE GENERATOR
	generator_boots "$(lab_disk "$1" "$2")"
	every_kernel_is_ready
	first_card_is_passed_through
	normal_entry_is_untouched "Debian GNU/Linux"
}

# A hook of dracut calls the early program where there is no systemd in the image.
@test "Debian 12, dracut without systemd in the image" { works_with bookworm dracut-without-systemd; }
@test "Debian 13, dracut without systemd in the image" { works_with trixie dracut-without-systemd; }

# dracut 106, and an image for any machine.
@test "Debian 13, dracut with systemd in the image" { works_with trixie dracut; }

# Kernel 6.12, modules that stay compressed (.ko.xz), GRUB 2.12.
@test "Debian 13, initramfs-tools" { works_with trixie initramfs-tools; }
