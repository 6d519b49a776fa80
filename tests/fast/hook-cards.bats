#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The early program: what a card is, and what stays because of its group or its kind.

load helper
load hook

setup() {
	hook_machine
}

@test "the ports of a NIC are each for itself, and one that fails keeps the other with vfio-pci" {
	pci_add 0000:00:05.0 0000:04:00.1 8086:10d3 020000 group=11
	pci_bind 0000:04:00.0 -
	plan_is 04:00.1 '04:00.1 take'
	plan_is 8086:10d3@00:05.0/00.1 '04:00.1 take'
	: >"$root/sys/bus/pci/devices/0000:04:00.0/stubborn"
	hook 04:00
	[ "$status" -eq 1 ]
	record_has '0000:04:00.0 8086:10d3 '
	record_has '0000:04:00.1 8086:10d3 taken'
	# An ID that does not fit keeps the port that it speaks of, and no other.
	plan_is 8086:ffff@04:00.0,04:00.1 '04:00.0 leave 04:00.1 keep'
}

@test "a companion with a group of its own goes alone where its function is named, and its card with all of it" {
	pci_group 0000:01:00.2 40
	plan_is 01:00.2 '01:00.2 take'
	plan_is 1b36:000d@00:02.0/00.2 '01:00.2 take'
	plan_is 01:00 '01:00.0 take 01:00.1 take 01:00.2 take'
	hook 1b36:000d@00:02.0/00.2
	[ "$status" -eq 0 ]
	record_has '0000:01:00.2 1b36:000d taken'
	assert_equal '(null)' "$(override_of 0000:01:00.0)"
}

@test "a group that holds what stays with the host keeps its card there" {
	pci_group 0000:03:00.0 7
	pci_bind 0000:03:00.0 -
	plan_is 01:00 '01:00.0 leave 01:00.1 leave 01:00.2 leave'
	assert_contains 'a device in its IOMMU group stays with the host'
	hook 01:00
	[ "$status" -eq 1 ]
	log_has '0000:01:00: .0 1234:1111 .1 8086:2668 .2 1b36:000d left to the host: .0: a device in its IOMMU group stays with the host (0000:03:00.0)'
	assert_equal '(null)' "$(override_of 0000:01:00.0)"
	# What is given away with it, or is with vfio-pci already, is no obstacle.
	plan_is 01:00,03:00 '01:00.0 take 01:00.1 take 01:00.2 take 03:00.0 take'
	pci_bind 0000:03:00.0 pci-stub
	plan_is 01:00 '01:00.0 take 01:00.1 take 01:00.2 take'
	# What keeps the one keeps the other.
	pci_bind 0000:03:00.0 e1000e
	plan_is 01:00,03:00 '01:00.0 leave 01:00.1 leave 01:00.2 leave 03:00.0 leave'
}

@test "bridges in the group are no obstacle, unless a driver of their own holds them" {
	pci_group 0000:00:02.0 7
	pci_group 0000:00:00.0 7
	plan_is 01:00 '01:00.0 take 01:00.1 take 01:00.2 take'
	pci_bind 0000:00:02.0 somebody
	plan_is 01:00 '01:00.0 leave 01:00.1 leave 01:00.2 leave'
}

@test "a physical function with virtual ones, and a parent of mediated devices, are left" {
	pci_add - 0000:00:07.0 8086:4680 030000 group=40 driver=i915
	pci_add - 0000:00:07.1 8086:4680 030000 group=41
	vf_of 0000:00:07.0 0 0000:00:07.1
	plan_is 00:07.0 '00:07.0 leave'
	assert_contains 'its virtual functions or mediated devices are in use'
	plan_is 8086:4680@00:07.1 '00:07.1 take'
	mkdir "$(pci_directory 0000:02:00.0)/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"
	plan_is 02:00.0 '02:00.0 leave'
}

@test "an ID leaves the host's display, whichever class it is of" {
	framebuffer_at 0000:01:00.0
	plan_is 1234:1111 '00:01.0 take 01:00.0 leave 02:00.0 take'
	echo 1 >"$root/sys/bus/pci/devices/0000:02:00.0/boot_display"
	plan_is 1234:1111 '00:01.0 take 01:00.0 take 02:00.0 leave'
	assert_contains 'it is the boot display, which is only taken by its address'
}

@test "what is called a bridge and has no bridge's header is taken" {
	pci_add 0000:00:04.0 0000:03:01.0 10de:22a3 068000 group=50
	plan_is 03:01 '03:01.0 take'
}
