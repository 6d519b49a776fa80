#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What changes between the scan and the bind, or between one pass and the next; and what a
# pass leaves alone on its way.

load helper

setup() {
	mkdir -p "$root"/{proc/net,run,dev,sbin,sys/block,sys/class/net,sys/bus/pci/drivers}
	: >"$root/sys/bus/pci/drivers_probe"
	: >"$root/dev/kmsg"
}

hook() {
	timeout 20 "$top/vfio-early-hook" -r "$root" "$@"
}

boots_with() { # SELECTORS
	echo "vfio_early=$1" >"$root/proc/cmdline"
}

# What the modprobe of this root does: standard input, in the root's directory.
modprobe_does() {
	{ echo '#!/bin/sh' && cat; } >"$root/sbin/modprobe"
	chmod +x "$root/sbin/modprobe"
}

override() { # ADDRESS
	tr -d '\n' <"$root/sys/bus/pci/devices/$1/driver_override"
}

@test "a disk of a neighbour in an IOMMU group is not claimed to look whether it is in use" {
	pci_add - 0000:03:00.1 1022:43b5 010601 driver=ahci group=9
	pci_add - 0000:09:00.0 10ec:8168 020000 driver=r8169 group=9
	pci_add - 0000:0a:00.0 10de:1111 030000 driver=nouveau group=9
	pci_add - 0000:0b:00.0 10de:2d04 030000 group=20
	block_add 0000:03:00.1 sda 8:0
	: >"$root/dev/sda"
	boots_with 10de:2d04
	strace -f -e trace=openat -o "$BATS_TEST_TMPDIR/trace" "$top/vfio-early-hook" -n -r "$root"
	run -0 cat "$BATS_TEST_TMPDIR/trace"
	assert_contains 0000:0a:00.0
	assert_lacks O_EXCL
}

@test "the boot display of the first pass is that of a later one, whatever driver came in between" {
	pci_add - 0000:00:02.0 8086:4680 038000 group=1
	pci_add - 0000:01:00.0 10de:2d04 030000 group=10 boot_vga=1
	pci_add - 0000:02:00.0 10de:2d04 030000 group=11 boot_vga=0
	boots_with 10de:2d04
	run -0 hook -n
	assert_contains '0000:01:00.0 10de:2d04 leave'
	pci_bind 0000:00:02.0 i915
	mkdir -p "$(pci_directory 0000:00:02.0)/drm/card0/card0-HDMI-A-1"
	echo connected >"$(pci_directory 0000:00:02.0)/drm/card0/card0-HDMI-A-1/status"
	run -0 hook -n -d 0000:01:00.0
	assert_lacks '0000:01:00.0 10de:2d04 take'
}

@test "what one pass held and the next one leaves is given back" {
	pci_add - 0000:01:00.0 10de:2d04 030000 group=10
	pci_add - 0000:01:00.2 10de:1ad6 0c0330 group=10 driver=xhci_hcd
	boots_with 01:00
	hook -i
	assert_equal vfio-pci "$(override 0000:01:00.0)"
	net_add 0000:01:00.2 eth9
	printf 'Iface\tDestination\neth9\t00000000\n' >"$root/proc/net/route"
	hook -d 0000:01:00.0 || true # one that is left is told by the status, too
	assert_equal '' "$(override 0000:01:00.0)"
}

@test "a route that came while the VFIO driver was loaded keeps the card with the host" {
	pci_add - 0000:01:00.0 8086:1528 020000 group=10 driver=ixgbe
	net_add 0000:01:00.0 eth9
	: >"$root/sys/bus/pci/drivers/ixgbe/unbind"
	printf 'Iface\tDestination\n' >"$root/proc/net/route"
	modprobe_does <<-'END'
		mkdir -p sys/bus/pci/drivers/vfio-pci
		: >sys/bus/pci/drivers/vfio-pci/bind
		printf 'eth9\t00000000\n' >>proc/net/route
	END
	boots_with 01:00
	hook -d 0000:01:00.0 || true # one that is left is told by the status, too
	assert_equal '' "$(cat "$root/sys/bus/pci/drivers/ixgbe/unbind")"
	run -0 cat "$root/run/vfio-early/boot"
	assert_contains 'in use by the interface eth9'
}

@test "a chipset's shared memory, which no driver takes, keeps no controller with the host" {
	pci_add - 0000:00:14.0 8086:a36d 0c0330 group=5
	pci_add - 0000:00:14.2 8086:a36f 050000 group=5
	pci_add - 0000:00:02.0 8086:4680 030000 group=1 boot_vga=1
	boots_with 00:14.0
	run -0 hook -n
	assert_contains '0000:00:14.0 8086:a36d take'
}

@test "where a card cannot be taken, the cards that share its IOMMU group go back, too" {
	pci_add - 0000:01:00.0 10de:2d04 030000 group=10
	pci_add - 0000:01:00.1 10de:22eb 040300 group=10
	pci_add - 0000:02:00.0 10de:2d04 030000 group=10
	pci_add - 0000:03:00.0 10de:2d04 030000 group=11
	modprobe_does <<-'END'
		mkdir -p sys/bus/pci/drivers/vfio-pci
		for device in 01:00.0 01:00.1 03:00.0; do
			ln -s "$PWD/sys/bus/pci/drivers/vfio-pci" "sys/bus/pci/devices/0000:$device/driver"
		done
	END
	boots_with 01:00,02:00,03:00
	run -1 hook
	run -0 cat "$root/run/vfio-early/boot"
	assert_contains '0000:03:00.0 10de:2d04 taken'
	for device in 01:00.0 01:00.1 02:00.0; do
		assert_lacks "0000:$device 10de:2d04 taken"
		assert_lacks "0000:$device 10de:22eb taken"
		assert_equal '' "$(override "0000:$device")"
	done
	assert_contains 'a device in its IOMMU group could not be taken'
	assert_equal vfio-pci "$(override 0000:03:00.0)"
}
