#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A drive that fstab wants, and that is not mounted when its controller is given away.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

setup_file() {
	lab_machine "$(lab_disk)" "$(lab_drive data 64M) -device nvme,addr=09.0,serial=data,drive=data"
	lab_boot --run '
		mkfs.ext4 -q -L data /dev/nvme0n1
		mkdir /data
		echo "LABEL=data /data ext4 defaults,x-systemd.device-timeout=90 0 2" >>/etc/fstab
		udevadm settle
		vfio-early cmdline 00:09.0 >words 2>&1
		vfio-early enable 00:09.0'
	lab_keep before
}

@test "enable and cmdline warn of a drive of fstab that is not mounted, with file and line, and what follows" {
	for said in before/output before/words; do
		expect_line $said '/etc/fstab:2 mounts /data from its disk nvme0n1: without it the next boot stops in emergency mode'
	done
}

@test "the boot does what was said, and the guard brings the machine back" {
	lab_boot "unplug:emergency.service"
	expect_serial 'Dependency failed for .*/data'
	lab_boot --run 'vfio-early status || :; umount /data
		sed -i s/defaults,/nofail,/ /etc/fstab; vfio-early enable 00:09.0 >again 2>&1'
	expect_drivers 0000:00:09.0=nvme
	expect_line output 'did not come up'
}

@test "with nofail there is no such warning, and the boot comes up" {
	expect_no_line again 'fstab'
	lab_boot --run 'vfio-early status'
	expect_drivers 0000:00:09.0=vfio-pci
	expect_line system-state '^running$'
}
