#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Two buses below one root port: virtual functions that their physical one's bus has no room
# for get a bus of their own, and the kernel hangs it below the same bridge.

load helper
load hook

setup() {
	hook_machine
	pci_add - 0000:00:06.0 1b36:000c 060400 group=20 header=01
	pci_add 0000:00:06.0 0000:05:00.0 15b3:101d 020000 group=21
	pci_add 0000:00:06.0 0000:05:00.1 15b3:101d 020000 group=22
	pci_add 0000:00:06.0 0000:06:00.0 15b3:101e 020000 group=23
	pci_add 0000:00:06.0 0000:06:00.1 15b3:101e 020000 group=24
	vf_of 0000:05:00.1 0 0000:06:00.0
	vf_of 0000:05:00.1 1 0000:06:00.1
}

@test "a path means the bus right below its bridge, and no virtual function of the next one" {
	plan_is 00:06.0/00.0 '05:00.0 take'
	plan_is 00:06.0/00 '05:00.0 take 05:00.1 leave'
	plan_is 00:06.0/00.1 '05:00.1 leave'
	assert_contains 'its virtual functions or mediated devices are in use'
}

@test "a path with an ID takes the slot whose checked function has it, and nothing of another ID along" {
	plan_is 15b3:101d@00:06.0/00 '05:00.0 take 05:00.1 leave'
	plan_is 15b3:101e@00:06.0/00 '05:00.0 leave 05:00.1 leave'
	assert_contains 'error="15b3:101e@00:06.0/00": another device than the flag says is at this place'
}

@test "a virtual function on a bus of its own is taken by its address or its ID, and its physical one stays" {
	plan_is 15b3:101e@06:00.1 '06:00.1 take'
	plan_is 06:00 '06:00.0 take 06:00.1 take'
	plan_is 15b3:101e '06:00.0 take 06:00.1 take'
	hook 15b3:101e@06:00.0
	[ "$status" -eq 0 ]
	record_has '0000:06:00.0 15b3:101e taken before=- after=vfio-pci'
	assert_equal '(null)' "$(override_of 0000:05:00.1)"
	assert_equal '(null)' "$(override_of 0000:06:00.1)"
}

@test "virtual functions on the bus of their physical one have paths" {
	pci_add 0000:00:06.0 0000:05:00.2 15b3:101e 020000 group=25
	vf_of 0000:05:00.1 2 0000:05:00.2
	plan_is 15b3:101e@00:06.0/00.2 '05:00.2 take'
}

@test "a path through a bridge is not led astray by a virtual function with the bridge's number" {
	pci_add 0000:00:06.0 0000:05:01.0 1b36:000c 060400 group=26 header=01
	pci_add 0000:05:01.0 0000:07:00.0 10de:2d04 030000 group=27
	pci_add 0000:00:06.0 0000:06:01.0 15b3:101e 020000 group=28
	vf_of 0000:05:00.1 2 0000:06:01.0
	plan_is 10de:2d04@00:06.0/01.0/00 '07:00.0 take'
}

@test "the words for a virtual function fit it: its path, or where no path leads to it, its address" {
	run tool cmdline 06:00.1
	[ "$status" -eq 0 ]
	assert_contains 'vfio_early=15b3:101e@06:00.1'
	run tool cmdline 05:00.0
	assert_contains 'vfio_early=15b3:101d@00:06.0/00.0'
	run tool cmdline --explain vfio_early=15b3:101e@00:06.0/00
	[ "$status" -eq 1 ]
	assert_contains 'the device at this place is 15b3:101d'
	run tool cmdline --explain vfio_early=15b3:101e@06:00.1
	[ "$status" -eq 0 ]
	assert_contains "06:00.1  15b3:101e"
	assert_lacks '06:00.0'
}
