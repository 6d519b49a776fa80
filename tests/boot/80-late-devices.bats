#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices that appear when the machine is up.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

entry="Debian GNU/Linux, GPU for virtual machines (vfio-early)"
# The third root port is empty: what will be behind it is chosen by its place.
flag="add:vfio_early=1234:1111@00:04.0/00,00:06.0/00"

setup_file() {
	lab_machine "$(lab_enabled_disk)"
}

# For the machine: says that it is ready, and waits until the drivers have settled on the new card.
await='echo "plug it in" >/dev/ttyS0
	for second in $(seq 60); do
		[ ! -e /sys/bus/pci/devices/0000:03:00.0/driver ] || break
		sleep 1
	done
	udevadm settle
	for device in /sys/bus/pci/devices/0000:03:*; do
		echo "$(basename "$device") $(basename "$(readlink "$device/driver")")"
	done >late
	cp /run/vfio-early/boot record-after
	dmesg >kernel-log-after'

@test "a card that is plugged in later goes to vfio-pci, and its driver, loaded long ago, lets go of it" {
	lab_boot --run "$await" "edit:$entry" "$flag" boot \
		"wait:plug it in" "monitor:device_add qemu-xhci,bus=port3,addr=00.0"
	expect_first_card_passed_through
	expect_line late '^0000:03:00.0 vfio-pci$'
	expect_line record-after '^0000:03:00.0 1b36:000d taken before=[a-z_-]+ after=vfio-pci '
	expect_line record-after '^0000:01:00.0 1234:1111 taken before=- after=vfio-pci '
	expect_line kernel-log-after 'vfio-early: 0000:03:00: .0 1b36:000d taken for vfio-pci'
}

@test "a display that is plugged in later stays with the host: its driver was faster, and the record says so" {
	lab_boot --run "$await" "edit:$entry" "$flag" boot \
		"wait:plug it in" "monitor:device_add intel-hda,bus=port3,addr=00.1" \
		"monitor:device_add bochs-display,bus=port3,addr=00.0,multifunction=on"
	expect_line late '^0000:03:00.0 bochs-drm$'
	expect_line late '^0000:03:00.1 snd_hda_intel$'
	expect_line record-after '^0000:03:00.0 1234:1111 left before=bochs-drm .*reason='
	expect_line kernel-log-after 'vfio-early: 0000:03:00: .* left to the host: .0: .*bochs-drm'
}
