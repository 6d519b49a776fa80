#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A card whose driver is built into the kernel, and so there before the early program: what enable and status say of the
# next boot is what it does.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

setup_file() {
	lab_machine "$(lab_disk)" "-chardev null,id=line -device pci-serial,addr=09.0,chardev=line"
	lab_boot --run 'grep 8250_pci "/lib/modules/$(uname -r)/modules.builtin"
		readlink /sys/bus/pci/devices/0000:00:09.0/driver
		vfio-early enable 00:09.0; vfio-early status >status-text'
	lab_keep before
}

@test "a serial card that nobody uses is promised to vfio-pci, and taken from its built-in driver" {
	expect_drivers 0000:00:09.0=serial
	expect_line status-text '^Next boot: +passthrough'
	lab_boot --run '
		sed -i "s/console=ttyS0/console=ttyS1/" /etc/default/grub
		update-grub; vfio-early status'
	expect_drivers 0000:00:09.0=vfio-pci
	expect_line record '^0000:00:09.0 1b36:0002 taken before=serial after=vfio-pci '
}

@test "a serial card that is a console stays with its driver, and this is said before and after the boot" {
	stays='00:09.0  stays with the host: it is in use by the console ttyS1'
	lab_boot --run 'vfio-early status || :' "pick:Debian GNU/Linux"
	expect_drivers 0000:00:09.0=serial
	expect_line output '^This boot: normal'
	expect_line output "$stays"
	lab_boot --run 'vfio-early status || :; cat /proc/cmdline'
	expect_drivers 0000:00:09.0=serial
	expect_line record '^0000:00:09.0 1b36:0002 left before=serial '
	expect_line output 'vfio_early=1b36:0002@00:09'
	expect_line output "$stays"
}
