#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A vfio-pci that was there before the early program.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

setup_file() {
	lab_machine "$(lab_enabled_disk)"
}

@test "a vfio-pci that was loaded before the early program takes the card all the same" {
	lab_boot --timeout 900 --run '
		cat >/etc/initramfs-tools/scripts/init-top/00-first <<-END
			#!/bin/sh
			[ "\$1" != prereqs ] || exit 0
			modprobe vfio-pci
			while read -r name rest; do
				[ "\$name" != vfio_pci ] || echo loaded first
			done </proc/modules >/run/loaded-first
		END
		chmod +x /etc/initramfs-tools/scripts/init-top/00-first
		update-initramfs -u'
	lab_boot --run 'cat /run/loaded-first; vfio-early status'
	expect_line output '^loaded first$'
	expect_first_card_passed_through
	expect_line record '^0000:01:00.0 1234:1111 taken before=- after=vfio-pci '
}
