#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole job: enable, reboot, use the card, and back to normal.
# shellcheck disable=SC2016 # the commands are for the machine's shell

load ../lab/lab.bash

card="0000:01:00.0 0000:01:00.1 0000:01:00.2"
# For the machine: everything that enable and disable must not write when they only switch.
hashes='hashes() { find /boot /etc -type f ! -name grubenv -exec sha256sum {} + | sort; }'

setup_file() {
	lab_machine "$(lab_disk)"
	lab_probe "$LAB_MACHINE/share/vfio-probe"
	lab_boot --run 'vfio-early enable 01:00; cp /boot/grub/grub.cfg /root/grub.cfg.before /mnt/out'
	lab_keep first
	lab_boot --run 'vfio-early status
		for address in '"$card"'; do /mnt/vfio-probe $address >/mnt/out/probe.$address; done'
}

@test "after enable, the next boot by itself gives the whole first card to vfio-pci and nothing else" {
	expect_first_card_passed_through
	expect_line command-line ' vfio_early=1234:1111@'
}

@test "no driver of the host ever touched the card" {
	# shellcheck disable=SC2086 # three addresses
	expect_no_rival $card
	expect_line kernel-log 'vfio-early: 0000:01:00: .* taken for vfio-pci'
	expect_line kernel-log 'bochs-drm 0000:02:00.0'
}

@test "a program opens the card through VFIO, reads its ID and maps its memory" {
	expect_line probe.0000:01:00.0 '^vendor=1234 bar=[0-5] mapped=OK$'
	expect_line probe.0000:01:00.1 '^vendor=8086 bar=[0-5] mapped=OK$'
	expect_line probe.0000:01:00.2 '^vendor=1b36 bar=[0-5] mapped=OK$'
}

@test "the record and status tell what happened" {
	expect_line record '^0000:01:00.0 1234:1111 taken before=- after=vfio-pci '
	expect_line record '^0000:01:00.2 1b36:000d taken before=- after=vfio-pci '
	expect_line output '^This boot: passthrough'
}

@test "the boot came up with no failed unit" {
	expect_line system-state '^running$'
}

@test "without our own section, grub.cfg is byte for byte what it was before vfio-early" {
	only_our_section_is_new first
}

@test "the normal entry, picked at the menu, gives everything to its own driver; disable only writes grubenv" {
	lab_boot --run "$hashes"'; hashes >before; vfio-early disable; hashes >after; cmp before after' \
		"pick:Debian GNU/Linux"
	expect_normal_drivers
	expect_no_line command-line 'vfio_early|iommu'
	expect_no_line kernel-log 'vfio-early:'
}

@test "after disable, the next boot by itself is normal; enable again only writes grubenv" {
	lab_boot --run "$hashes"'; hashes >before; vfio-early enable 01:00; hashes >after; cmp before after
		grub-editenv - list'
	expect_normal_drivers
	expect_no_line command-line 'vfio_early'
	expect_line output '^vfio_early='
}
