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

# The cloud kernel cannot mount the shared directory, so this is read from the console.
@test "the new kernel, booted by default, gives the card to vfio-pci" {
	lab_boot "wait:Linux version" "wait:-cloud-amd64" "wait:vfio-early: 0000:01:00: .0" "unplug:taken for vfio-pci"
}
