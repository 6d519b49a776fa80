#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A passthrough boot that dies is not repeated; --once is for one boot.

load ../lab/lab.bash

@test "after a power cut in the passthrough boot the machine starts normally by itself, until enable" {
	lab_machine "$(lab_enabled_disk)"
	lab_boot "unplug:Linux version"
	expect_serial "Booting .*GPU for virtual machines"

	lab_boot --run 'vfio-early status || :; vfio-early enable 01:00'
	expect_serial 'vfio-early: .*(normal|did not)'
	expect_normal_drivers
	expect_no_line command-line 'vfio_early'
	expect_line output 'did not come up|failed'

	lab_boot --run 'grub-editenv - list'
	expect_first_card_passed_through
	expect_no_line output 'vfio_early_(pending|failed)=1'
}

@test "enable --once is for one passthrough boot, and then it is normal again" {
	lab_machine "$(lab_enabled_disk)"
	lab_boot --run 'vfio-early disable; vfio-early enable --once 01:00' "pick:Debian GNU/Linux"
	lab_boot
	expect_first_card_passed_through
	lab_boot --run 'vfio-early status'
	expect_normal_drivers
	expect_no_line command-line 'vfio_early'
}
