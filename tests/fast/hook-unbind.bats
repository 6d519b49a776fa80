#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A driver that is there already: what is seen of its use, and which are unbound.

load helper
load hook

setup() {
	hook_machine
	card=$(pci_directory 0000:04:00.0)
	rm "$root/proc/net/route"
}

# Whether 04:00.0 goes with this driver.
goes() { # DRIVER
	pci_bind 0000:04:00.0 "$1"
	plan_is 04:00.0 '04:00.0 take'
}

stays() { # DRIVER SENTENCE
	pci_bind 0000:04:00.0 "$1"
	plan_is 04:00.0 '04:00.0 leave'
	assert_contains "$2"
}

# A node of a class below 04:00.0, as deep as the kernel puts it.
node_add() { # CLASS NAME [DIRECTORY]
	mkdir -p "$card/${3-}/$1/$2" "$root/sys/class/$1"
	ln -sr "$card/${3-}/$1/$2" "$root/sys/class/$1/$2"
}

# A process that has a file open.
opens() { # FILE
	mkdir -p "$root/proc/42/fd"
	ln -sf "$1" "$root/proc/42/fd/7"
}

@test "a driver that only keeps a place always gives way, whatever the device is" {
	local driver
	for driver in pci-stub uio_pci_generic; do
		goes "$driver"
		pci_bind 0000:01:00.0 "$driver"
		plan_is 01:00.0 '01:00.0 take'
	done
	pci_bind 0000:04:00.0 vfio-pci
	plan_is 04:00.0=mlx5-vfio-pci '04:00.0 take'
}

@test "network drivers let go of a card that has no address, route or master" {
	local driver
	for driver in ixgbevf iavf igbvf mlx5_core e1000e igc r8169 virtio-pci; do
		goes "$driver"
	done
	# What IPv6 makes for every interface that is up, and what is another one's.
	put /proc/net/route <<<$'Iface\tDestination\nenp4s0f1\t00000000\t0202000A'
	put /proc/net/if_inet6 <<-'END'
		fe80000000000000525400fffe123456 02 40 20 80   enp4s0
		fd000000000000000000000000000001 03 40 00 80 venp4s0
	END
	put /proc/net/ipv6_route <<-'END'
		fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001   enp4s0
		ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001   enp4s0
	END
	goes ixgbevf
}

@test "a network card in use stays: by a route, an address, a bond, what is built on it" {
	local sentence='in use by the interface enp4s0, which has an address, a route or a master'
	printf '%s\n' $'Iface\tDestination' $'enp4s0\t0000000A\t00000000' | put /proc/net/route
	stays ixgbevf "$sentence"
	rm "$root/proc/net/route"
	put /proc/net/if_inet6 <<<'fd000000000000000000000000000001 02 40 00 80   enp4s0'
	stays mlx5_core "$sentence"
	rm "$root/proc/net/if_inet6"
	goes ixgbevf
	ln -s ../bond0 "$card/net/enp4s0/master"
	stays ixgbevf "$sentence"
	rm "$card/net/enp4s0/master"
	ln -s ../enp4s0.5 "$card/net/enp4s0/upper_enp4s0.5"
	stays e1000e "$sentence"
}

@test "a virtual function in use stays, an unused one goes, and the physical one is not touched" {
	pci_add 0000:00:05.0 0000:04:10.0 8086:10ed 020000 group=41 driver=ixgbevf
	pci_add 0000:00:05.0 0000:04:10.2 8086:10ed 020000 group=42 driver=ixgbevf
	pci_bind 0000:04:00.0 ixgbe
	vf_of 0000:04:00.0 0 0000:04:10.0
	vf_of 0000:04:00.0 1 0000:04:10.2
	net_add 0000:04:10.0 enp4s16
	net_add 0000:04:10.2 enp4s16f2
	printf '%s\n' $'Iface\tDestination' $'enp4s0\t00000000' $'enp4s16f2\t0000000A' | put /proc/net/route
	: >"$root/sys/bus/pci/drivers/ixgbevf/unbind"
	: >"$root/sys/bus/pci/drivers/ixgbe/unbind"
	hook 04:10
	[ "$status" -eq 1 ]
	assert_equal 0000:04:10.0 "$(cat "$root/sys/bus/pci/drivers/ixgbevf/unbind")"
	record_has '0000:04:10.2 8086:10ed left before=ixgbevf after=ixgbevf'
	record_has 'reason=it is in use by the interface enp4s16f2'
	assert_equal '' "$(cat "$root/sys/bus/pci/drivers/ixgbe/unbind")"
	assert_equal '(null)' "$(override_of 0000:04:00.0)"
	assert_equal ixgbe "$(basename "$(readlink "$card/driver")")"
}

@test "a storage controller goes with its disk unclaimed, and stays with one that is" {
	local driver
	block_add 0000:04:00.0 sda 8:0
	: >"$root/dev/sda"
	for driver in ahci mpt3sas megaraid_sas xhci_hcd; do
		goes "$driver"
	done
	# A disk that cannot be opened alone; a made-up one cannot be busy.
	rm "$root/dev/sda"
	stays mpt3sas 'in use by the disk sda, which is mounted or claimed'
	stays xhci_hcd 'in use by the disk sda'
}

@test "a serial card goes, but not with the console or an open line" {
	node_add tty ttyS4 0000:04:00.0:0/0000:04:00.0:0.0
	mkdir -p "$root/sys/class/tty/console"
	echo 'tty0 ttyS0' >"$root/sys/class/tty/console/active"
	goes serial
	echo 'tty0 ttyS4' >"$root/sys/class/tty/console/active"
	stays serial 'in use by the console ttyS4'
	echo tty0 >"$root/sys/class/tty/console/active"
	opens /dev/ttyS0
	goes serial
	opens /dev/ttyS4
	stays serial 'in use by a program that has /dev/ttyS4 open'
}

@test "a sound card goes, but not while a program has it open" {
	node_add sound controlC0 sound/card0
	opens /dev/snd/controlC1
	goes snd_hda_intel
	opens /dev/snd/controlC0
	stays snd_hda_intel 'in use by a program that has /dev/snd/controlC0 open'
}

@test "a driver that is not known to let go keeps its device, and the log and the record name it" {
	local driver
	for driver in amdgpu nvidia i915 ast somebody; do
		stays "$driver" "$driver is not known to let go"
	done
	hook 04:00.0
	[ "$status" -eq 1 ]
	record_has 'left before=somebody after=somebody'
	record_has 'reason=its driver somebody is not known to let go'
	log_has 'left to the host: .0: its driver somebody is not known to let go'
}

@test "virtio tells by its class whether its use can be seen" {
	pci_add 0000:00:05.0 0000:04:01.0 1af4:1042 010000 group=43 driver=virtio-pci
	pci_add 0000:00:05.0 0000:04:02.0 1af4:105a 018000 group=44 driver=virtio-pci
	plan_is 04:01.0,04:02.0 '04:01.0 take 04:02.0 leave'
	assert_contains 'virtio-pci is not known to let go'
}

@test "a network driver lets go of network cards alone: what else it drives has no interface to be seen" {
	pci_add 0000:00:05.0 0000:04:01.0 1425:5501 010000 group=43 driver=cxgb4
	plan_is 04:01.0 '04:01.0 leave'
}
