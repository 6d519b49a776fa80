#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The early program, called again for a device that appears late.

load helper
load hook

setup() {
	hook_machine
}

@test "a late device is taken with its card alone, and the record keeps the others" {
	local times
	hook 01:00.0
	times=$(grep -E '^(start|end)=' "$root/run/vfio-early/boot")
	# The made-up kernel binds only when the driver is loaded.
	rm -r "$root/sys/bus/pci/drivers/vfio-pci"
	hook 01:00,02:00 -d 0000:02:00.1
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 taken'
	record_has '0000:02:00.0 1234:1111 taken'
	record_has '0000:02:00.1 8086:2668 taken'
	assert_equal '(null)' "$(override_of 0000:01:00.1)"
	# How long the boot waited is no matter of what came hours later.
	assert_equal "$times" "$(grep -E '^(start|end)=' "$root/run/vfio-early/boot")"
}

@test "a late device that the kernel binds to nothing yet is waited for" {
	local drivers=sys/bus/pci/drivers/vfio-pci
	mkdir -p "$root/$drivers"
	boot_with vfio_early=02:00.1
	# The kernel's part: ENODEV until the device has its resources, then it binds.
	(sleep 0.5 && ln -s "$root/$drivers" "$root/sys/bus/pci/devices/0000:02:00.1/driver") &
	run strace -f -o "$root/trace" -P "$drivers/bind" -e inject=openat:error=ENODEV \
		"$top/vfio-early-hook" -r "$root" -d 0000:02:00.1
	cat "$root/dev/kmsg"
	[ "$status" -eq 0 ]
	[ "$(grep -c ENODEV "$root/trace")" -gt 1 ]
	assert_equal vfio-pci "$(override_of 0000:02:00.1)"
	record_has '0000:02:00.1 8086:2668 taken before=- after=vfio-pci'
	# The boot waits for nobody.
	rm "$root/sys/bus/pci/devices/0000:02:00.1/driver" "$root/run/vfio-early/boot"
	run strace -f -o "$root/trace" -P "$drivers/bind" -e inject=openat:error=ENODEV \
		"$top/vfio-early-hook" -r "$root"
	[ "$status" -eq 1 ]
	assert_equal 1 "$(grep -c ENODEV "$root/trace")"
	record_has '0000:02:00.1 8086:2668 restored before=- after=-'
}

@test "a late device that is waited for keeps no other one waiting" {
	local drivers=sys/bus/pci/drivers/vfio-pci
	mkdir -p "$root/$drivers"
	boot_with vfio_early=01:00.1,02:00.1
	: >"$root/trace"
	strace -f -o "$root/trace" -P "$drivers/bind" -e inject=openat:error=ENODEV \
		"$top/vfio-early-hook" -r "$root" -d 0000:02:00.1 &
	for _ in {1..200}; do
		! grep -q ENODEV "$root/trace" || break
		sleep 0.05
	done
	# This one fails, as there is no kernel that binds; that it ends is what counts.
	run timeout 5 "$top/vfio-early-hook" -r "$root" -d 0000:01:00.1
	assert_equal 1 "$status"
	record_has '0000:01:00.1 8086:2668 restored'
	assert_lacks 0000:02:00.1
	ln -s "$root/$drivers" "$root/sys/bus/pci/devices/0000:02:00.1/driver"
	wait $!
	record_has '0000:01:00.1 8086:2668 restored'
	record_has '0000:02:00.1 8086:2668 taken before=- after=vfio-pci'
}

@test "a late device that is unplugged while it is waited for is not held against the next one there" {
	local drivers=sys/bus/pci/drivers/vfio-pci device=$root/sys/bus/pci/devices/0000:02:00.1
	mkdir -p "$root/$drivers"
	boot_with vfio_early=02:00.1
	(sleep 0.5 && mv "$device" "$root/unplugged") &
	run timeout 15 strace -f -o "$root/trace" -P "$drivers/bind" -e inject=openat:error=ENODEV \
		"$top/vfio-early-hook" -r "$root" -d 0000:02:00.1
	[ "$status" -eq 0 ]
	[ "$(grep -c ENODEV "$root/trace")" -gt 1 ]
	[ ! -e "$root/run/vfio-early/boot" ]
	assert_equal '' "$(cat "$root/dev/kmsg")"
	mv "$root/unplugged" "$device"
	ln -s "$root/$drivers" "$device/driver"
	hook 02:00.1 -d 0000:02:00.1
	[ "$status" -eq 0 ]
	record_has '0000:02:00.1 8086:2668 kept before=vfio-pci after=vfio-pci'
}

@test "a late device that the flag does not name leaves no trace" {
	hook 01:00 -d 0000:02:00.0
	[ "$status" -eq 0 ]
	[ ! -e "$root/run/vfio-early/boot" ]
	assert_equal '(null)' "$(override_of 0000:01:00.0)"
	assert_equal '' "$(cat "$root/dev/kmsg")"
}

@test "a late device that the flag does not name does not wait for a pass that hangs" {
	mkdir -p "$root/run/vfio-early"
	boot_with vfio_early=01:00
	run flock "$root/run/vfio-early/lock" \
		timeout 5 "$top/vfio-early-hook" -r "$root" -d 0000:02:00.0
	assert_equal 0 "$status"
}

@test "of a late device only its name is looked at before it is this pass's turn" {
	boot_with vfio_early=8086:2668@00:03.0/00.1
	strace -f -o "$root/trace" -e trace=openat \
		"$top/vfio-early-hook" -r "$root" -d 0000:02:00.1
	assert_equal 1 "$(grep -c '0000:02:00.1/config"' "$root/trace")"
	record_has '0000:02:00.1 8086:2668 taken'
}

@test "a late device whose driver_override does not answer is left, and keeps no pass waiting" {
	local override=$root/sys/bus/pci/devices/0000:02:00.0/driver_override
	rm "$override"
	mkfifo "$override"
	boot_with vfio_early=01:00,02:00
	run -1 timeout 20 "$top/vfio-early-hook" -r "$root" -d 0000:02:00.1
	output=$(cat "$root/dev/kmsg")
	assert_contains 'it does not answer, as when an unbind of it waits'
	[ -p "$override" ]
	# The other function of the card goes back, and the next pass need not wait.
	[ "$(override_of 0000:02:00.1)" != vfio-pci ]
	flock -n "$root/run/vfio-early/lock" true
}

@test "a late virtual function of a network card is taken by itself, unless its driver's interface is in use" {
	local pf=0000:04:00.0 one=0000:04:10.0 two=0000:04:10.2
	for address in $one $two; do pci_add 0000:00:05.0 "$address" 8086:10ed 020000 group="4${address: -1}" driver=ixgbevf; done
	pci_bind $pf ixgbe
	vf_of $pf 0 $one
	vf_of $pf 1 $two
	net_add $one enp4s16
	net_add $two enp4s16f2
	printf '%s\n' $'Iface\tDestination' $'enp4s16f2\t0000000A' | put /proc/net/route
	: >"$root/sys/bus/pci/drivers/ixgbevf/unbind"
	: >"$root/sys/bus/pci/drivers/ixgbe/unbind"
	hook 8086:10ed@04:10.0 -d $one
	assert_equal 0000:04:10.0 "$(cat "$root/sys/bus/pci/drivers/ixgbevf/unbind")"
	assert_equal '(null)' "$(override_of $two)"
	hook 8086:10ed@04:10.2 -d $two
	[ "$status" -eq 1 ]
	record_has "$two 8086:10ed left before=ixgbevf after=ixgbevf"
	record_has 'reason=it is in use by the interface enp4s16f2'
	assert_equal '' "$(cat "$root/sys/bus/pci/drivers/ixgbe/unbind")"
	assert_equal '(null)' "$(override_of $pf)"
}
