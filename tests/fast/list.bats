#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early list.

load helper

setup() {
	make_machine
}

# The addresses in the JSON output, on one line.
listed() {
	json_of '[.devices[].address | ltrimstr("0000:")] | join(" ")' list "$@"
}

# One key of one device.
key_of() { # ADDRESS KEY
	json_of ".devices[] | select(.address == \"0000:$1\") | .$2" list --all
}

@test "list shows the displays, and under each what else is on its card" {
	run -0 tool list
	assert_contains $'
01:00.0  Technical Corp. Emulated VGA
         1234:1111   driver bochs-drm   IOMMU group 7
  01:00.1  Intel Corporation 82801FB/FBM/FR/FW/FRW (ICH6 Family) High Definition Audio Controller
           8086:2668   driver snd_hda_intel   IOMMU group 7
  01:00.2  Red Hat, Inc. QEMU XHCI Host Controller
           1b36:000d   driver xhci_hcd   IOMMU group 7
'
	assert_equal '00:01.0 01:00.0 01:00.1 01:00.2 02:00.0 02:00.1' "$(listed)"
}

@test "list leaves out what is no display; --all shows every device but bridges" {
	run -0 tool list
	assert_lacks 'NVMe'
	run -0 tool list --all
	assert_contains $'\n03:00.0  Samsung Electronics Co Ltd NVMe SSD Controller'
	assert_lacks 'Root port'
	assert_lacks 'ISA'
	assert_equal '00:01.0 00:1f.3 01:00.0 01:00.1 01:00.2 02:00.0 02:00.1 03:00.0 04:00.0' \
		"$(listed --all)"
	assert_equal "$(listed --all)" "$(listed -a)"
}

@test "list marks the boot display" {
	run -0 tool list
	assert_contains '1234:1111   driver bochs-drm   IOMMU group 1   BOOT DISPLAY'
	assert_equal 1 "$(grep -c 'BOOT DISPLAY' <<<"$output")"
	assert_equal true "$(key_of 00:01.0 boot_display)"
	assert_equal false "$(key_of 01:00.0 boot_display)"
}

# The addresses of the host's displays.
host_display() {
	json_of '[.devices[] | select(.boot_display) | .address | ltrimstr("0000:")] | join(" ")' list
}

@test "the host's display is a built-in panel, whatever boot_vga says of another" {
	drm_add 0000:01:00.0 card1-eDP-1 connected enabled
	assert_equal 01:00.0 "$(host_display)"
	# Of any class: a laptop whose panel hangs on a 3D controller.
	echo 0x030200 >"$root/sys/bus/pci/devices/0000:01:00.0/class"
	assert_equal 01:00.0 "$(host_display)"
	# A panel of which nothing is seen, and a monitor: boot_vga is as good.
	drm_add 0000:01:00.0 card1-eDP-1 disconnected
	drm_add 0000:00:01.0 card0-HDMI-A-1 connected
	drm_add 0000:01:00.0 card1-DP-1 connected
	assert_equal 00:01.0 "$(host_display)"
}

@test "the host's display is one with a monitor, while no VGA device has one" {
	drm_add 0000:02:00.0 card1-HDMI-A-1 connected
	assert_equal 02:00.0 "$(host_display)"
	drm_add 0000:00:01.0 card0-VGA-1 connected
	assert_equal 00:01.0 "$(host_display)"
}

@test "the host's display is where the firmware's picture is: BAR, boot parameters, device" {
	drm_add 0000:02:00.0 card1-eDP-1 connected
	framebuffer_at 0000:01:00.0
	assert_equal 01:00.0 "$(host_display)"
	# A driver has taken the framebuffer over: the boot parameters still tell.
	: >"$root/proc/iomem"
	assert_equal 02:00.0 "$(host_display)"
	mkdir -p "$root/sys/kernel/boot_params"
	{
		head -c 15 /dev/zero
		printf '\x70'
		head -c 11 /dev/zero
		printf '\xc0\x00\x00\x00\x00'
		head -c 40 /dev/zero
	} >"$root/sys/kernel/boot_params/data"
	assert_equal 01:00.0 "$(host_display)"
	rm "$root/sys/kernel/boot_params/data"
	mkdir "$(pci_directory 0000:01:00.0)/simple-framebuffer.0"
	assert_equal 01:00.0 "$(host_display)"
}

@test "the host's display is what the kernel calls so, before every other sign" {
	drm_add 0000:02:00.0 card1-eDP-1 connected
	framebuffer_at 0000:02:00.0
	echo 1 >"$root/sys/bus/pci/devices/0000:01:00.0/boot_display"
	assert_equal 01:00.0 "$(host_display)"
	rm "$root/sys/bus/pci/devices/0000:01:00.0/boot_display"
	drm_add 0000:01:00.0 card0-HDMI-A-1 disconnected
	echo 1 >"$(pci_directory 0000:01:00.0)/drm/card0/boot_display"
	assert_equal 01:00.0 "$(host_display)"
}

@test "list marks every function of the chosen card" {
	put /etc/vfio-early.conf <<<'devices = 1234:1111@00:03.0/00'
	run -0 tool list
	assert_contains $'IOMMU group 8   SELECTED\n  02:00.1'
	assert_equal 2 "$(grep -c SELECTED <<<"$output")"
	assert_equal 'true true false' \
		"$(key_of 02:00.0 selected) $(key_of 02:00.1 selected) $(key_of 01:00.0 selected)"
}

@test "an ID that is chosen does not mean the boot display" {
	put /etc/vfio-early.conf <<<'devices = 1234:1111'
	assert_equal 'false true true' \
		"$(key_of 00:01.0 selected) $(key_of 01:00.0 selected) $(key_of 02:00.0 selected)"
}

@test "list goes on with a conf that cannot be read, and says which line is wrong" {
	put /etc/vfio-early.conf <<<'devices = 1234:11@00:03.0/00'
	run -0 --separate-stderr tool list
	assert_lacks SELECTED
	output=$stderr
	assert_contains "/etc/vfio-early.conf:1: '1234:11': an ID is"
}

@test "list names what else is in the group, bridges not among it" {
	pci_group 0000:00:1f.3 8
	pci_group 0000:00:03.0 8
	run -0 tool list
	assert_contains $'  In the same IOMMU group, but not of this card:
    00:1f.3  Intel Corporation 82801I (ICH9 Family) SMBus Controller (i801_smbus)
'
	assert_lacks '00:03.0'
	assert_equal '0000:00:1f.3' "$(key_of 02:00.0 'group_foreign | join(" ")')"
	assert_equal '' "$(key_of 01:00.0 'group_foreign | join(" ")')"
}

@test "list names a bridge in the group whose driver VFIO would stumble over" {
	pci_group 0000:00:1f.0 8
	assert_equal '0000:00:1f.0' "$(key_of 02:00.0 'group_foreign | join(" ")')"
	pci_bind 0000:00:1f.0 -
	assert_equal '' "$(key_of 02:00.0 'group_foreign | join(" ")')"
}

@test "list --all shows what is called a bridge and is none, and each port for itself" {
	pci_add 0000:00:04.0 0000:03:01.0 10de:22a3 068000 group=50 driver=nvidia-nvswitch
	pci_add 0000:00:05.0 0000:04:00.1 8086:10d3 020000 group=51 driver=e1000e
	[[ " $(listed --all) " == *' 03:01.0 04:00.0 04:00.1 '* ]]
	assert_equal '0000:04:00.1 8086:10d3@00:05.0/00.1' \
		"$(key_of 04:00.1 'card + " " + .selector')"
}

@test "list says what a device without a driver and without a group lacks" {
	pci_bind 0000:01:00.0 -
	run -0 tool list
	assert_contains '1234:1111   no driver   IOMMU group 7'
	assert_equal null "$(key_of 01:00.0 driver)"
	no_iommu
	run -0 tool list
	assert_contains '1234:1111   no driver   no IOMMU group'
	assert_contains 'No device has an IOMMU group'
	assert_equal null "$(key_of 01:00.0 iommu_group)"
}

@test "the JSON of list has the keys that others rely on" {
	assert_equal '{"address":"0000:01:00.1","boot_display":false,"card":"0000:01:00.0","class":"0x040300","class_name":"Audio device","driver":"snd_hda_intel","group_foreign":[],"id":"8086:2668","iommu_group":7,"name":"Intel Corporation 82801FB/FBM/FR/FW/FRW (ICH6 Family) High Definition Audio Controller","selected":false,"selector":"1234:1111@00:02.0/00","subsystem":"1af4:1100","vfio_driver":"vfio-pci"}' \
		"$(tool --json list | jq -cS '.devices[2]')"
	assert_equal 1 "$(json_of .schema_version list)"
}

@test "a card below several bridges and in another domain has its whole path as selector" {
	pci_add - 0001:00:01.0 1b36:000c 060400 group=20 header=01
	pci_add 0001:00:01.0 0001:01:00.0 1b36:000c 060400 group=20 header=01
	pci_add 0001:01:00.0 0001:02:03.2 1b36:000c 060400 group=20 header=01
	pci_add 0001:02:03.2 0001:03:00.0 10de:2684 030000 group=21
	assert_equal '10de:2684@0001:00:01.0/00.0/03.2/00' \
		"$(json_of '.devices[-1].selector' list)"
	run -0 tool list
	assert_contains $'\n0001:03:00.0  '
}

@test "a machine without displays, and one without a PCI bus" {
	rm "$root"/sys/bus/pci/devices/0000:0[012]:0*
	run -0 tool list
	assert_contains "There is no display and no 3D controller here; 'vfio-early list --all'"
	assert_equal '' "$(listed)"
	rm -r "$root/sys/bus"
	run -2 tool list
	assert_contains 'sys/bus/pci is not there: this machine has no PCI bus'
}

@test "list takes no other word and no other option" {
	run -2 tool list 01:00
	assert_contains "list: unexpected '01:00'"
	run -2 tool list --some
	assert_contains "unrecognized option '--some'"
	assert_contains 'vfio-early help list'
}

# The same sentence for list, enable and diagnose.
@test "one graphics card only, and none at all, each have a sentence of their own" {
	rm "$root"/sys/bus/pci/devices/0000:{02:00.{0,1},01:00.{0,1,2}}
	local sentence='o card but the boot display is here: this machine'
	run -0 tool list
	assert_contains "N$sentence"
	run -1 tool enable
	assert_contains "n$sentence"
	assert_equal "n$sentence" "$(json_of '.checks[] | select(.id == "DEV-BOOT-GPU").title' \
		diagnose --want vm 00:01.0 | cut -c1-50)"
	rm "$root"/sys/bus/pci/devices/0000:00:01.0
	sentence="here is no display and no 3D controller here; 'vfio-early list --all'"
	run -0 tool list
	assert_contains "T$sentence"
	run -1 tool enable
	assert_contains "t$sentence"
}
