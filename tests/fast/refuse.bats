#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What vfio-early enable refuses, and that nothing is changed then.

load helper
load grub

setup() {
	make_grub_machine
	snapshot >"$BATS_TEST_TMPDIR/before"
}

# refused REASON ARGUMENT...: for this reason, and with nothing changed.
refused() {
	local reason=$1
	shift
	run -1 tool enable "$@"
	assert_contains "vfio-early: refused: $reason"
	assert_contains 'vfio-early: nothing was changed'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	[ ! -e "$root/called" ]
}

# The same with --force: it is no way around this one.
always_refused() {
	refused "$@"
	refused "$@" --force
}

# Would be done, as far as refusals go.
allowed() {
	run -0 tool enable --dry-run "$@"
	assert_lacks refused
}

@test "a group that holds something of the host" {
	pci_group 0000:04:00.0 7
	always_refused '01:00.0 (Technical Corp. Emulated VGA): its IOMMU group 7 also holds 04:00.0 (Intel Corporation 82574L Gigabit Network Connection), which would have to leave the host with it' 01:00
	assert_equal '1' "$(json_of '.refused | length' enable 01:00)"
	assert_equal 'nothing was changed' "$(json_of '.error' enable 01:00 2>/dev/null)"
}

@test "two cards in one group: each alone is refused, both together are not" {
	pci_group 0000:02:00.0 7
	pci_group 0000:02:00.1 7
	always_refused '01:00.0 (Technical Corp. Emulated VGA): its IOMMU group 7 also holds 02:00.0' 01:00
	allowed 01:00 02:00
}

@test "bridges in the group are of no concern" {
	pci_group 0000:00:02.0 7
	allowed 01:00
}

@test "the boot display, unless it is named by address and with --force" {
	refused "00:01.0 (Technical Corp. Emulated VGA): it is the boot display, so this machine's screen would stay dark; if that is wanted, name it by its address and add --force: 'vfio-early enable 00:01.0 --force'" 00:01.0
	run -0 tool enable --dry-run 00:01.0 --force
	assert_contains "warning: 00:01.0 (Technical Corp. Emulated VGA): it is the boot display, so this machine's screen will stay dark"
	pci_add - 0000:00:06.0 10de:0001 030000 group=20 boot_vga=1
	echo 0 >"$root/sys/bus/pci/devices/0000:00:01.0/boot_vga"
	refused '00:06.0 (' 10de:0001 --force
	allowed 10de:0001@00:06.0 --force
}

@test "after --force the last thing said is that the screen stays dark" {
	run -0 tool enable --force 00:01.0
	[[ $output == *"This machine's screen stays dark in such a boot, from the kernel's start on: 00:01.0
(it is the boot display). Have another way in (ssh, a serial console)." ]]
	run -0 tool enable 01:00
	assert_lacks "screen stays dark"
}

@test "the last display, unless it is named by address and with --force" {
	rm "$root"/sys/bus/pci/devices/0000:{02:00.{0,1},00:01.0}
	refused '01:00.0 (Technical Corp. Emulated VGA): no other display is left to the host' 01:00
	refused '01:00.0 (Technical Corp. Emulated VGA): no other display is left to the host' 1234:1111 --force
	allowed 01:00 --force
	refused '01:00.0 (Technical Corp. Emulated VGA): no other display is left to the host'
}

@test "all displays at once" {
	refused '01:00.0 (Technical Corp. Emulated VGA): no other display is left to the host' 01:00 02:00 00:01.0 --yes
}

@test "a 3D controller shows nothing: it is not the last display" {
	rm "$root"/sys/bus/pci/devices/0000:{02:00.{0,1},00:01.0}
	echo 0x030200 >"$root/sys/bus/pci/devices/0000:01:00.0/class"
	printf '\x00\x02\x03' | dd of="$root/sys/bus/pci/devices/0000:01:00.0/config" bs=1 seek=9 conv=notrunc status=none
	allowed 01:00
}

@test "a disk with a mounted filesystem" {
	always_refused '03:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO): the filesystem mounted on / is on its disk nvme0n1' 03:00
}

@test "a disk with swap" {
	: >"$root/proc/self/mountinfo"
	printf 'Filename Type Size Used Priority\n/dev/nvme0n1p1 partition 1 0 -2\n' >"$root/proc/swaps"
	always_refused '03:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO): the swap space /dev/nvme0n1p1 is on its disk nvme0n1' 03:00
}

# A block device that is built from others: holder_add NAME MAJOR:MINOR BELOW
holder_add() {
	mkdir -p "$root/sys/devices/virtual/block/$1/holders" "$root/sys/class/block/$3/holders"
	echo "$2" >"$root/sys/devices/virtual/block/$1/dev"
	ln -s "../../devices/virtual/block/$1" "$root/sys/block/$1"
	ln -s "../../devices/virtual/block/$1" "$root/sys/class/block/$1"
	ln -s "../../../$1" "$root/sys/class/block/$3/holders/$1"
}

@test "a disk below LVM on encryption on RAID, with swap or a filesystem on top" {
	holder_add md0 9:0 nvme0n1p1
	holder_add dm-0 254:0 md0
	holder_add dm-1 254:1 dm-0
	put /proc/self/mountinfo <<<'22 1 254:1 / /home\040dir rw - ext4 /dev/mapper/vg-home rw'
	always_refused '03:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO): the filesystem mounted on /home\040dir is on its disk nvme0n1' 03:00
	: >"$root/proc/self/mountinfo"
	printf 'Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n' >"$root/proc/swaps"
	always_refused '03:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO): the swap space /dev/dm-1 is on its disk nvme0n1' 03:00
}

@test "a filesystem without a device number of its own (btrfs), found by its node's name" {
	mkdir -p "$root/dev/mapper"
	holder_add dm-0 254:0 nvme0n1p1
	ln -s ../dm-0 "$root/dev/mapper/pool"
	echo '22 1 0:28 /@ / rw - btrfs /dev/mapper/pool rw' >"$root/proc/self/mountinfo"
	always_refused '03:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO): the filesystem mounted on / is on its disk nvme0n1' 03:00
}

@test "a disk that something holds without a mount (ZFS), and one that nothing holds" {
	: >"$root/proc/self/mountinfo"
	always_refused '03:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO): its disk nvme0n1 is in use (by a RAID, LVM, ZFS or a program)' 03:00
	: >"$root/dev/nvme0n1"
	allowed 03:00
}

@test "an NVMe namespace that several controllers share" {
	local subsystem=$root/sys/devices/virtual/nvme-subsystem/nvme-subsys0
	rm "$root/sys/block/nvme0n1" "$root/sys/class/block/nvme0n1"
	mkdir -p "$subsystem/nvme0n1" "$root/sys/devices/pci0000:00/0000:00:04.0/0000:03:00.0/nvme/nvme0"
	ln -s .. "$subsystem/nvme0n1/device"
	ln -s ../../../pci0000:00/0000:00:04.0/0000:03:00.0/nvme/nvme0 "$subsystem/nvme0"
	echo 259:7 >"$subsystem/nvme0n1/dev"
	ln -s ../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1 "$root/sys/block/nvme0n1"
	ln -s ../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1 "$root/sys/class/block/nvme0n1"
	echo '22 1 259:7 / / rw - ext4 /dev/nvme0n1 rw' >"$root/proc/self/mountinfo"
	always_refused '03:00.0 (Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO): the filesystem mounted on / is on its disk nvme0n1' 03:00
}

@test "a disk on the card's USB: the function that it hangs on is named" {
	block_add 0000:01:00.2 sda 8:0
	echo '23 1 8:1 / /backup rw - ext4 /dev/sda1 rw' >>"$root/proc/self/mountinfo"
	always_refused '01:00.2 (Red Hat, Inc. QEMU XHCI Host Controller): the filesystem mounted on /backup is on its disk sda' 01:00
}

@test "the network card of the default route, IPv4 and IPv6" {
	always_refused '04:00.0 (Intel Corporation 82574L Gigabit Network Connection): the default route goes over its network interface enp4s0' 04:00
	: >"$root/proc/net/route"
	echo '00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000002 00000000 00000003   enp4s0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo' >"$root/proc/net/ipv6_route"
	always_refused '04:00.0 (Intel Corporation 82574L Gigabit Network Connection): the default route goes over its network interface enp4s0' 04:00
}

# A network interface above others: interface_add NAME BELOW...
interface_add() {
	local directory=$root/sys/devices/virtual/net/$1 below
	mkdir -p "$directory"
	ln -s "../../devices/virtual/net/$1" "$root/sys/class/net/$1"
	for below in "${@:2}"; do
		ln -s "../$below" "$directory/lower_$below"
	done
}

@test "the network card below a VLAN on a bridge on a bond" {
	interface_add bond0 enp4s0
	interface_add br0 bond0
	interface_add br0.5 br0
	sed -i 's/^enp4s0/br0.5/' "$root/proc/net/route"
	always_refused '04:00.0 (Intel Corporation 82574L Gigabit Network Connection): the default route goes over its network interface enp4s0' 04:00
}

@test "a default route over a tunnel: any network card that is up may carry it" {
	local operstate=$root/sys/class/net/enp4s0/operstate
	interface_add wg0
	sed -i 's/^enp4s0/wg0/' "$root/proc/net/route"
	echo up >"$operstate"
	always_refused '04:00.0 (Intel Corporation 82574L Gigabit Network Connection): the default route goes over its network interface enp4s0' 04:00
	echo down >"$operstate"
	allowed 04:00
}

@test "a network card without the default route is for whom wants it" {
	local route=$root/proc/net/route
	sed -i 's/^enp4s0\t00000000/enp4s0\t0000A8C0/; s/00000000\t0\t0\t0$/00FFFFFF\t0\t0\t0/' "$route"
	allowed 04:00
	rm "$route"
	allowed 04:00
}

@test "a bridge" {
	always_refused '00:02.0 (Red Hat, Inc. QEMU PCIe Root port): a bridge cannot be given to a virtual machine' 00:02.0
}

@test "a function without an IOMMU group, where others have one" {
	rm "$root/sys/devices/pci0000:00/0000:00:02.0/0000:01:00.1/iommu_group"
	always_refused '01:00.1 (Intel Corporation 82801FB/FBM/FR/FW/FRW (ICH6 Family) High Definition Audio Controller): it has no IOMMU group, so that VFIO cannot take it' 01:00
}

@test "no IOMMU in the machine" {
	no_iommu
	mkdir -p "$root/sys/firmware/acpi/tables"
	always_refused 'the firmware tells of no IOMMU (there is no ACPI table DMAR or IVRS): turn on VT-d (Intel) or AMD-Vi, also called IOMMU (AMD)' 01:00
}

@test "of Intel's processors, those without VT-d are named, and no others" {
	local model
	no_iommu
	while read -r model; do
		sed -i "s/^model name.*/model name	: $model/" "$root/proc/cpuinfo"
		run -0 tool list
		assert_contains "this processor was made without VT-d"
	done <<-'END'
		Intel(R) Core(TM) i7-2600K CPU @ 3.40GHz
		Intel(R) Core(TM) i5-3570K CPU @ 3.40GHz
		Intel(R) Core(TM) i3-2100 CPU @ 3.10GHz
		Intel(R) Pentium(R) CPU G620 @ 2.60GHz
		Intel(R) Pentium(R) CPU G3258 @ 3.20GHz
		Intel(R) Celeron(R) CPU G1610 @ 2.60GHz
		Intel(R) Celeron(R) CPU G440 @ 1.60GHz
	END
	while read -r model; do
		sed -i "s/^model name.*/model name	: $model/" "$root/proc/cpuinfo"
		run -0 tool list
		assert_contains 'turn on VT-d'
	done <<-'END'
		Intel(R) Core(TM) i7-2600 CPU @ 3.40GHz
		Intel(R) Core(TM) i7-4790K CPU @ 4.00GHz
		Intel(R) Pentium(R) CPU G4400 @ 3.30GHz
		Intel(R) Pentium(R) CPU G4560 @ 3.50GHz
		Intel(R) Pentium(R) Gold G6400 CPU @ 4.00GHz
		Intel(R) Celeron(R) CPU G3900 @ 2.80GHz
		Intel(R) Celeron(R) G4900 CPU @ 3.10GHz
		Intel(R) Core(TM) i3-2310E CPU @ 2.10GHz
	END
}

@test "the groups that VFIO makes without an IOMMU are no sign of one that runs" {
	rm -r "$root/sys/class/iommu"/*
	run -0 tool enable 01:00
	assert_contains 'warning: the IOMMU is off in the running system'
}

@test "an IOMMU that is only switched off: a warning, because our entry turns it on" {
	no_iommu
	mkdir -p "$root/sys/firmware/acpi/tables"
	: >"$root/sys/firmware/acpi/tables/DMAR"
	run -0 tool enable 01:00
	assert_contains 'warning: the IOMMU is off in the running system'
	assert_contains 'turns it on (intel_iommu=on iommu=pt)'
	assert_contains 'switch on'
}

@test "every reason is told at once" {
	pci_group 0000:01:00.1 9
	block_add 0000:01:00.2 sda 8:0
	run -1 tool enable 01:00
	assert_contains 'its IOMMU group 9 also holds 03:00.0'
	assert_contains 'its disk sda is in use'
}

@test "the display of a laptop without boot_vga, named or not" {
	rm "$root"/sys/bus/pci/devices/0000:{02:00.{0,1},00:01.0}
	drm_add 0000:01:00.0 card0-eDP-1 connected enabled
	refused '01:00.0 (Technical Corp. Emulated VGA): it is the boot display' 01:00
	run -1 tool enable --yes
	assert_contains 'no card but the boot display is here'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
}

@test "signs that disagree about the host's display: nothing is chosen unasked" {
	rm "$root"/sys/bus/pci/devices/0000:02:00.{0,1}
	allowed
	drm_add 0000:01:00.0 card1-eDP-1 connected enabled
	run -1 tool enable --yes
	assert_contains "the signs disagree about which display is the host's"
	assert_contains $'\n  00:01.0  1234:1111  Technical Corp. Emulated VGA\n  01:00.0  1234:1111  Technical Corp. Emulated VGA  (the host\'s display)'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	# The kernel's own word settles it.
	echo 1 >"$root/sys/bus/pci/devices/0000:01:00.0/boot_display"
	run -1 tool enable --yes 01:00
	assert_contains 'it is the boot display'
}

@test "an integrated display is not chosen unasked because the card is the host's display" {
	rm "$root"/sys/bus/pci/devices/0000:02:00.{0,1}
	echo 0 >"$root/sys/bus/pci/devices/0000:00:01.0/boot_vga"
	echo 1 >"$root/sys/bus/pci/devices/0000:01:00.0/boot_vga"
	run -1 tool enable --yes
	assert_contains "the graphics card is the host's display, and what is left is part of the processor"
	assert_contains "make the integrated display the first one in the firmware's setup"
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	allowed 00:01.0
	# With the integrated one as the host's display the card is the choice.
	echo 1 >"$root/sys/bus/pci/devices/0000:00:01.0/boot_vga"
	echo 0 >"$root/sys/bus/pci/devices/0000:01:00.0/boot_vga"
	allowed
	assert_contains '01:00.0  1234:1111'
}

@test "a physical function with virtual ones; a virtual one by itself is taken" {
	pci_add - 0000:00:07.0 8086:4680 038000 group=40 driver=i915
	pci_add - 0000:00:07.1 8086:4680 038000 group=41 driver=i915
	vf_of 0000:00:07.0 0 0000:00:07.1
	always_refused '00:07.0 (Intel Corporation Device 4680): virtual functions or mediated devices hang on it' 00:07.0
	allowed 00:07.1
	assert_lacks 00:07.0
	mkdir "$(pci_directory 0000:01:00.0)/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"
	always_refused '01:00.0 (Technical Corp. Emulated VGA): virtual functions or mediated devices hang on it' 01:00
}

@test "a port of a NIC goes, while the default route goes over the other" {
	pci_add 0000:00:05.0 0000:04:00.1 8086:10d3 020000 group=11 driver=e1000e
	allowed 04:00.1
	always_refused '04:00.0 (Intel Corporation 82574L Gigabit Network Connection): the default route' 04:00.0
	pci_group 0000:04:00.1 10
	always_refused '04:00.1 (Intel Corporation 82574L Gigabit Network Connection): its IOMMU group 10 also holds 04:00.0' 04:00.1
}

@test "an ID takes every card that it fits, and each is judged" {
	pci_add 0000:00:05.0 0000:04:00.1 8086:10d3 020000 group=11 driver=e1000e
	always_refused '04:00.0 (Intel Corporation 82574L Gigabit Network Connection): the default route' 8086:10d3
	allowed 1234:1111
	assert_contains '02:00.0  1234:1111'
}
