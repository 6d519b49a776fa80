#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A person at the GRUB prompt changes the flag: to recover, or wrongly.

load ../lab/lab.bash

entry="Debian GNU/Linux, GPU for virtual machines (vfio-early)"

setup_file() {
	lab_machine "$(lab_enabled_disk)"
}

@test "with the flag deleted at the prompt, the boot is normal" {
	lab_boot "edit:$entry" "delete:vfio_early=" boot
	expect_no_line command-line 'vfio_early'
	expect_normal_drivers
}

@test "with vfio_early=off typed at the end, the boot is normal" {
	lab_boot "edit:$entry" "add:vfio_early=off" boot
	expect_line command-line 'vfio_early=1234:1111@.* vfio_early=off'
	expect_normal_drivers
}

@test "a wrong ID at the right place and an address without a device take nothing; the right word beside them does" {
	lab_boot "edit:$entry" "add:vfio_early=1234:9999@01:00,0a:00,02:00" boot
	expect_drivers 0000:00:01.0=bochs-drm \
		0000:01:00.0=bochs-drm 0000:01:00.1=snd_hda_intel 0000:01:00.2=xhci_hcd \
		0000:02:00.0=vfio-pci 0000:02:00.1=vfio-pci
	expect_line kernel-log 'vfio-early: .*"1234:9999@01:00": '
	expect_line kernel-log 'vfio-early: .*"0a:00": no such device'
}

@test "garbage in the flag takes nothing and is named, word by word" {
	lab_boot "edit:$entry" "add:vfio_early=graphics,01:00.9" boot
	expect_normal_drivers
	expect_line kernel-log 'vfio-early: .*"graphics": '
	expect_line kernel-log 'vfio-early: .*"01:00.9": '
}

@test "an ID takes the cards that have it, and leaves the boot display that has it too" {
	lab_boot "edit:$entry" "add:vfio_early=1234:1111" boot
	expect_drivers 0000:00:01.0=bochs-drm 0000:01:00.0=vfio-pci 0000:02:00.0=vfio-pci
	expect_line kernel-log 'vfio-early: 0000:00:01: .* left to the host: .*boot display'
}
