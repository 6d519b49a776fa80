#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early cmdline: the words for devices, in every spelling.

load helper

setup() {
	make_machine
}

card_1='vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt'
card_2='vfio_early=1234:1111@00:03.0/00 intel_iommu=on iommu=pt'

# words WORDS DEVICE...: these devices have these words, and no note on them. What enable
# would say of them ("warning: ...") has a test of its own.
words() {
	local expected=$1
	shift
	run -0 --separate-stderr tool cmdline "$@"
	assert_equal "$expected" "$output"
	assert_equal '' "$(grep -v '^vfio-early: warning: ' <<<"$stderr")"
}

refused() { # STATUS SENTENCE DEVICE...
	run "-$1" --separate-stderr tool cmdline "${@:3}"
	assert_equal '' "$output"
	output=$stderr
	assert_contains "$2"
}

@test "an address, a slot and a path mean the whole card" {
	words "$card_1" 01:00.0
	words "$card_1" 01:00.2
	words "$card_1" 0000:01:00.1
	words "$card_1" 01:00
	words "$card_1" 0000:01:00
	words "$card_1" 00:02.0/00
	words "$card_1" 00:02.0/00.1
}

@test "an ID, an ID with its subsystem and an ID at a place" {
	words 'vfio_early=144d:a80a@00:04.0/00 intel_iommu=on iommu=pt' 144d:a80a
	words 'vfio_early=144d:a80a@00:04.0/00 intel_iommu=on iommu=pt' pci:144d:a80a:1af4:1100
	words "$card_1" 1234:1111@01:00
	words "$card_1" 1234:1111@00:02.0/00
	words "$card_1" 8086:2668@01:00.1
	words "$card_1" 1b36:000d
}

@test "the spellings of lspci -s" {
	words "$card_1" 1:0.1
	words "$card_1" 01:
	words "$card_1" 0000:01:
	words "$card_1" .2
	words "$card_1" '01:*.2'
}

@test "the spellings of lspci -d" {
	words 'vfio_early=144d:a80a@00:04.0/00 intel_iommu=on iommu=pt' 144d:
	words 'vfio_early=144d:a80a@00:04.0/00 intel_iommu=on iommu=pt' '*:a80a'
	words 'vfio_early=144d:a80a@00:04.0/00 intel_iommu=on iommu=pt' ::0108
	words 'vfio_early=144d:a80a@00:04.0/00 intel_iommu=on iommu=pt' ::0108:02
	words "$card_1" ::0c03
}

@test "an ID means the boot display only where it fits nothing else" {
	rm "$root"/sys/bus/pci/devices/0000:02:*
	words "$card_1" 1234:1111
	rm "$root"/sys/bus/pci/devices/0000:01:*
	words 'vfio_early=1234:1111@00:01 intel_iommu=on iommu=pt' 1234:1111
}

@test "several devices, each card once" {
	words 'vfio_early=144d:a80a@00:04.0/00,1234:1111@00:02.0/00 intel_iommu=on iommu=pt' \
		03:00 01:00 01:00.1 1b36:000d
}

@test "another VFIO driver stays with its card" {
	words 'vfio_early=1234:1111@00:02.0/00=nvgrace-gpu-vfio-pci intel_iommu=on iommu=pt' \
		01:00=nvgrace-gpu-vfio-pci
	refused 2 "'01:00.1': another driver is asked for" 01:00=mlx5_vfio_pci 01:00.1
}

@test "an ID that fits several cards means them all, but not the boot display" {
	words 'vfio_early=1234:1111@00:02.0/00,1234:1111@00:03.0/00 intel_iommu=on iommu=pt' \
		1234:1111
	words 'vfio_early=1234:1111@00:02.0/00,1234:1111@00:03.0/00 intel_iommu=on iommu=pt' \
		01:00 8086:2668
}

@test "what lspci takes and fits several cards is an error that lists them" {
	refused 1 $'\'::0380\' fits several cards; name one by its address:
  01:00.0  1234:1111  Technical Corp. Emulated VGA
  02:00.0  1234:1111  Technical Corp. Emulated VGA' ::0380
	refused 1 'fits several cards' 8086:
}

@test "an address without a domain is of domain 0, and of another where nothing is there" {
	pci_add - 10000:e0:01.0 1b36:000c 060400 group=20 header=01
	pci_add 10000:e0:01.0 10000:e1:00.0 144d:a80a 010802 group=21
	words 'vfio_early=144d:a80a@10000:e0:01.0/00 intel_iommu=on iommu=pt' e1:00.0
	pci_add 10000:e0:01.0 10000:01:00.0 10de:2684 030000 group=22
	words "$card_1" 01:00.0
}

@test "a companion with an IOMMU group of its own is itself, and means its card where it shares one" {
	run -0 --separate-stderr tool cmdline 01:00.2
	assert_equal "$card_1" "$output"
	assert_equal "vfio-early: warning: 01:00.2 means the card 01:00.0 as a whole: it shares IOMMU group 7 with 01:00.0, and VFIO gives a guest a whole group or nothing" \
		"$stderr"
	pci_group 0000:01:00.2 40
	for device in 01:00.2 00:02.0/00.2 1b36:000d@01:00.2; do
		run -0 --separate-stderr tool cmdline "$device"
		assert_equal 'vfio_early=1b36:000d@00:02.0/00.2 intel_iommu=on iommu=pt' "$output"
		assert_equal '' "$stderr"
	done
	# A card is never half taken: its display means all of it, and so does an ID.
	for device in 01:00.0 01:00 1b36:000d; do
		words "$card_1" "$device"
	done
	words "$card_1" 01:00.2 01:00.0
	words "$card_1" 01:00 01:00.2
	assert_equal '' "$stderr"
	# A diagnosis is about the card all the same.
	output=$(tool --json diagnose --want vm 01:00.2 || [ $? -eq 1 ])
	assert_equal 0000:01:00.0 "$(jq -r '[.checks[].device | values] | unique | join(" ")' <<<"$output")"
}

@test "without an IOMMU a companion means its card: nobody can tell its group" {
	no_iommu
	: >"$root/sys/firmware/acpi/tables/DMAR"
	words "$card_1" 01:00.2
	output=$stderr
	assert_contains 'warning: 01:00.2 means the card 01:00.0 as a whole: without an IOMMU that runs'
}

# A NIC with two ports, each with a group of its own, at 05:00.
two_ports() {
	pci_add - 0000:00:06.0 1b36:000c 060400 group=20 header=01 driver=pcieport
	pci_add 0000:00:06.0 0000:05:00.0 8086:1528 020000 group=21 driver=ixgbe
	pci_add 0000:00:06.0 0000:05:00.1 8086:1528 020000 group=22 driver=ixgbe
}

@test "a port of a NIC is the port alone, and the slot is no card" {
	two_ports
	words 'vfio_early=8086:1528@00:06.0/00.1 intel_iommu=on iommu=pt' 05:00.1
	words 'vfio_early=8086:1528@00:06.0/00.0 intel_iommu=on iommu=pt' 05:00.0
	words 'vfio_early=8086:1528@00:06.0/00.0,8086:1528@00:06.0/00.1 intel_iommu=on iommu=pt' \
		05:00.0 00:06.0/00.1
	words 'vfio_early=8086:1528@00:06.0/00.0,8086:1528@00:06.0/00.1 intel_iommu=on iommu=pt' \
		8086:1528
	refused 1 $'\'05:00\' fits several cards; name one by its address:
  05:00.0  8086:1528  Intel Corporation Device 1528
  05:00.1  8086:1528  Intel Corporation Device 1528' 05:00
}

@test "the slot of an APU: its display with its sound is a card, and the rest is the host's" {
	pci_add - 0000:00:08.1 1022:14eb 060400 group=30 header=01 driver=pcieport
	local function
	pci_add 0000:00:08.1 0000:c5:00.0 1002:1900 030000 group=31 boot_vga=0
	pci_add 0000:00:08.1 0000:c5:00.1 1002:1640 040300 group=32
	pci_add 0000:00:08.1 0000:c5:00.2 1022:15c7 108000 group=33 driver=ccp
	pci_add 0000:00:08.1 0000:c5:00.3 1022:15b9 0c0330 group=34 driver=xhci_hcd
	local both='vfio_early=1002:1900@00:08.1/00.0,1002:1640@00:08.1/00.1 intel_iommu=on iommu=pt'
	words "$both" c5:00.0
	words "$both" 1002:1900
	words 'vfio_early=1022:15b9@00:08.1/00.3 intel_iommu=on iommu=pt' c5:00.3
	refused 1 'fits several cards' c5:00
	# One group for all of it changes nothing: the host's USB is still the host's.
	for function in 1 2 3; do
		pci_group "0000:c5:00.$function" 31
	done
	run -0 --separate-stderr tool cmdline c5:00.0
	assert_equal "$both" "$output"
	output=$stderr
	assert_contains 'a device in its IOMMU group stays with the host (0000:c5:00.2)'
}

@test "a virtual function is itself, and its physical function stays" {
	pci_add - 0000:00:07.0 8086:4680 038000 group=40 driver=i915
	pci_add - 0000:00:07.1 8086:4680 038000 group=41 driver=i915
	pci_add - 0000:00:07.2 8086:4680 038000 group=42 driver=i915
	vf_of 0000:00:07.0 0 0000:00:07.1
	vf_of 0000:00:07.0 1 0000:00:07.2
	words 'vfio_early=8086:4680@00:07.1 intel_iommu=on iommu=pt' 00:07.1
	run -0 --separate-stderr tool cmdline 00:07.0
	output=$stderr
	assert_contains '00:07.0 stays with the host: its virtual functions or mediated devices are in use'
}

@test "a function 0 that is a bridge, or somebody else's, is no obstacle" {
	words 'vfio_early=8086:2930@00:1f.3 intel_iommu=on iommu=pt' 00:1f.3
	words 'vfio_early=8086:2930@00:1f.3 intel_iommu=on iommu=pt' 00:1f
}

@test "a bridge is a header of type 1: a switch of NVLinks is a device like any other" {
	pci_add 0000:00:04.0 0000:03:01.0 10de:22a3 068000 group=50 driver=nvidia-nvswitch
	words 'vfio_early=10de:22a3@00:04.0/01 intel_iommu=on iommu=pt' 10de:22a3
}

@test "a device that fits nothing is an error that says what to type" {
	refused 1 "no device fits '05:00'; 'vfio-early list' shows what there is" 05:00
	refused 1 "no device fits '01:00.7'" 01:00.7
	refused 1 "no device fits '10de:2684'" 10de:2684
	refused 1 "'8086:2668@01:00': the device at this place is 1234:1111 (Technical Corp." \
		8086:2668@01:00
	# Of several devices one is wrong: nothing is printed.
	refused 1 "no device fits '05:00'" 01:00 05:00
}

@test "a device that cannot be read is wrong usage" {
	refused 2 "'GeForce': neither an address such as 01:00.0 nor an ID" GeForce
	refused 2 "'01:00.9'" 01:00.9
	refused 2 "'': no device is named" ''
	refused 2 'unrecognized option' --all
	refused 2 'this is not a VFIO driver' 01:00=nouveau
}

@test "without a device: the cards chosen before" {
	put /etc/vfio-early.conf <<-END
		# mine
		devices = 1234:1111@00:03.0/00
	END
	words "$card_2"
}

@test "without a device: the only card that is not the boot display" {
	rm "$root"/sys/bus/pci/devices/0000:01:*
	words "$card_2"
}

@test "without a device: an error that lists the cards, or says that there is none" {
	refused 1 $'name one:
  01:00.0  1234:1111  Technical Corp. Emulated VGA
  02:00.0  1234:1111  Technical Corp. Emulated VGA'
	rm "$root"/sys/bus/pci/devices/0000:0[12]:*
	refused 1 'no card but the boot display is here'
}

@test "a conf that cannot be read is an error with its line" {
	put /etc/vfio-early.conf <<<$'# mine\n\ndevice = 01:00'
	refused 2 "vfio-early.conf:3: 'device' is no key"
	put /etc/vfio-early.conf <<<$'devices = 01:00\ndevices = 02:00'
	refused 2 "vfio-early.conf:2: 'devices' stands here a second time"
	put /etc/vfio-early.conf <<<'01:00'
	refused 2 "vfio-early.conf:1: '01:00' is not of the form KEY = VALUE"
	put /etc/vfio-early.conf <<<'devices = 01:00 02:00'
	refused 2 "vfio-early.conf:1: ' ': character not allowed"
}

@test "the IOMMU words are those of this CPU" {
	put /proc/cpuinfo <<<$'vendor_id\t: AuthenticAMD'
	words 'vfio_early=1234:1111@00:02.0/00 iommu=pt' 01:00
	put /proc/cpuinfo <<<$'CPU implementer\t: 0x41'
	words 'vfio_early=1234:1111@00:02.0/00' 01:00
}

@test "words that will not do what they say come with a note, once for a card" {
	no_iommu
	run -0 --separate-stderr tool cmdline 01:00
	assert_equal "$card_1" "$output"
	assert_equal 'vfio-early: note: with these words 01:00.0 stays with the host: it has no IOMMU group: the IOMMU is off, or missing in this machine' \
		"$(grep -v '^vfio-early: warning: ' <<<"$stderr")"
	run -0 --separate-stderr tool cmdline 00:02.0
	output=$stderr
	assert_contains '00:02.0 stays with the host: it is a bridge'
}

# What enable refuses is said of the words, too: they are the way of those without it.
@test "cmdline and --explain say what enable would refuse, and what it would warn of" {
	local reason='the filesystem mounted on / is on its disk nvme0n1'
	run -0 --separate-stderr tool cmdline 03:00
	output=$stderr
	assert_contains "vfio-early: warning: 'vfio-early enable' refuses this: 03:00.0 ("
	assert_contains "$reason"
	assert_equal '1 0' "$(json_of '"\(.refused | length) \(.warnings | length)"' cmdline 03:00 2>/dev/null)"
	run tool cmdline --explain 03:00
	assert_contains "Note: 'vfio-early enable' refuses this: 03:00.0 ("
	run -0 --separate-stderr tool cmdline 01:00
	assert_equal '' "$stderr"
	no_iommu
	: >"$root/sys/firmware/acpi/tables/DMAR"
	run -0 --separate-stderr tool cmdline 01:00
	output=$stderr
	assert_contains 'warning: the IOMMU is off in the running system'
}

@test "an IOMMU that only this boot has off is no reason for a note" {
	no_iommu
	: >"$root/sys/firmware/acpi/tables/DMAR"
	words "$card_1" 01:00
}

@test "the JSON of cmdline" {
	assert_equal "$card_1" "$(json_of .words cmdline 01:00)"
	assert_equal 'vfio_early=1234:1111@00:02.0/00' "$(json_of .flag cmdline 01:00)"
	assert_equal 'intel_iommu=on iommu=pt' "$(json_of .iommu cmdline 01:00)"
	assert_equal '0000:01:00.0 take 0000:01:00.1 take 0000:01:00.2 take' \
		"$(json_of '[.devices[] | .address, .action] | join(" ")' cmdline 01:00)"
}

@test "cmdline names the word that has to go from the line" {
	boot_with iommu=off
	run -0 --separate-stderr tool cmdline 01:00
	assert_equal "$card_1" "$output"
	assert_equal "vfio-early: note: 'iommu=off' has to go from the kernel command line: the IOMMU stays off with it, whatever stands behind" "$stderr"
	boot_with 'intel_iommu=off amd_iommu=off' # ours stands behind, and AMD's is no matter
	words "$card_1" 01:00
}
