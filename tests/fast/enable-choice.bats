#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What vfio-early enable is about where no card is named, and wrong usage.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034 # scripts for later; each test is a shell of its own

load helper
load grub
load enable

@test "without a DEVICE: the only card that is not the boot display" {
	rm -r "$root"/sys/bus/pci/devices/0000:02:00.*
	command=(enable)
	ok
	assert_equal "$words" "$(words_in_menu)"
}

@test "without a DEVICE and with two cards: both are listed, and nothing is asked without a terminal" {
	command=(enable)
	fails 1 'more than one card could be meant; name one:' '01:00.0  1234:1111' '02:00.0  1234:1111'
	[ ! -e "$root/etc/vfio-early.conf" ]
}

# On a terminal, with these keys.
on_terminal() { # KEYS ARGUMENT...
	local keys=$1
	shift
	output=$(script -qec "'$top/vfio-early' --root '$root' $*" /dev/null <<<"$keys" | tr -d '\r')
}

@test "on a terminal a number chooses the card; anything else changes nothing" {
	on_terminal 2 enable
	assert_contains 'Which card is for virtual machines?
  1) 01:00.0  Technical Corp. Emulated VGA
  2) 02:00.0  Technical Corp. Emulated VGA'
	assert_equal 'vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt' "$(words_in_menu)"
	rm "$root/etc/vfio-early.conf"
	for keys in '' 0 3 x; do
		on_terminal "$keys" enable || true
		assert_contains 'no card was chosen'
		[ ! -e "$root/etc/vfio-early.conf" ]
	done
	on_terminal 1 enable --yes || true
	assert_contains 'more than one card could be meant'
	assert_lacks Which
}

@test "on a terminal, where the graphics card is the host's display and an integrated one is there: it asks, with the way out" {
	rm -r "$root"/sys/bus/pci/devices/0000:02:00.*
	echo 0 >"$root/sys/bus/pci/devices/0000:00:01.0/boot_vga"
	echo 1 >"$root/sys/bus/pci/devices/0000:01:00.0/boot_vga"
	on_terminal '' enable || true
	assert_contains "Note: the graphics card is the host's display, and what is left is part of the processor"
	assert_contains "make the integrated display the first one in the firmware's setup"
	assert_contains '  1) 00:01.0  Technical Corp. Emulated VGA
  2) 01:00.0  Technical Corp. Emulated VGA  (the host'"'"'s display)'
	assert_contains 'no card was chosen'
	[ ! -e "$root/etc/vfio-early.conf" ]
	# With a second graphics card there is one to take, and nothing is asked.
	make_grub_machine
	echo 0 >"$root/sys/bus/pci/devices/0000:00:01.0/boot_vga"
	echo 1 >"$root/sys/bus/pci/devices/0000:01:00.0/boot_vga"
	on_terminal '' enable
	assert_lacks 'Which card'
	assert_equal 'vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt' "$(words_in_menu)"
}

@test "one function of a card: alone where its IOMMU group lets it, else the card, and it says so" {
	command=(enable 01:00.2)
	ok 'warning: 01:00.2 means the card 01:00.0 as a whole: it shares IOMMU group 7'
	assert_equal "$words" "$(words_in_menu)"
	pci_group 0000:01:00.2 40
	command=(enable 01:00.2)
	ok
	assert_lacks 'means the card'
	assert_lacks 01:00.0
	assert_equal 'vfio_early=1b36:000d@00:02.0/00.2 intel_iommu=on iommu=pt' "$(words_in_menu)"
	command=(enable)
	ok
	assert_lacks 01:00.0
}

@test "the chosen card is gone: nothing is changed" {
	tool enable 01:00
	rm "$root"/sys/bus/pci/devices/0000:01:00.*
	command=(enable)
	fails 1 "no device fits '1234:1111@00:02.0/00'" '(chosen in /etc/vfio-early.conf); name the card that is meant'
}

@test "wrong usage" {
	command=(enable --often)
	fails 2 "try 'vfio-early help enable'"
	command=(enable 01:zz)
	fails 2 "'01:zz': "
	command=(enable 09:00)
	fails 1 "no device fits '09:00'"
	command=(disable 01:00)
	fails 2 "disable: unexpected '01:00'"
	command=(disable --often)
	fails 2 "try 'vfio-early help disable'"
	command=(confirm now)
	fails 2 "'confirm' takes no arguments"
	command=(grub-entries now)
	fails 2 "'grub-entries' takes no arguments"
	put /etc/vfio-early.conf <<<'device = 01:00'
	command=(enable)
	fails 2 "$root/etc/vfio-early.conf:1: "
	[ ! -e "$root/called" ]
}

@test "as another user than root, enable and disable do not begin" {
	for name in enable disable; do
		run -2 setpriv --reuid 65534 --clear-groups "$top/vfio-early" "$name"
		assert_contains "$name changes the system: run it as root"
	done
}
