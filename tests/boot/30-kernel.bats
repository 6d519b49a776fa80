#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The distribution installs a new kernel, and nobody thinks of vfio-early.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

setup_file() {
	lab_machine "$(lab_enabled_disk)"
	lab_boot --timeout 600 --run 'dpkg --install /root/linux-image-*.deb
		cp /boot/grub/grub.cfg /mnt/out
		vfio-early --json status >/mnt/out/status.json'
}

@test "the new kernel gets its entry and its image, and the old one keeps them" {
	[ "$(jq '[.kernels[] | select(.ready)] | length' "$LAB_MACHINE/share/out/status.json")" = 2 ]
	[ "$(grep -c 'menuentry.*GPU for virtual machines' "$LAB_MACHINE/share/out/grub.cfg")" = 3 ]
}

@test "the new kernel boots with the card on vfio-pci, and without the host having touched it" {
	lab_boot --run 'uname -r'
	expect_line output 'cloud'
	expect_drivers 0000:01:00.0=vfio-pci 0000:01:00.1=vfio-pci 0000:01:00.2=vfio-pci
}
