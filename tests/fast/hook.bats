#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The early program: what it takes, what it leaves, and what it writes down.

load helper
load hook

setup() {
	hook_machine
}

@test "a card at its path is taken with all its functions, and nothing else" {
	hook 1234:1111@00:02.0/00
	[ "$status" -eq 0 ]
	local address
	for address in 0000:01:00.0 0000:01:00.1 0000:01:00.2; do
		assert_equal vfio-pci "$(override_of $address)"
		record_has "$address"
	done
	for address in 0000:02:00.0 0000:02:00.1 0000:00:01.0 0000:03:00.0; do
		assert_equal '(null)' "$(override_of $address)"
	done
	record_has '0000:01:00.0 1234:1111 taken before=- after=vfio-pci start='
	log_has '<6>vfio-early: 0000:01:00: .0 1234:1111 .1 8086:2668 .2 1b36:000d taken for vfio-pci'
	assert_equal 1 "$(wc -l <"$root/dev/kmsg")"
}

@test "the record has the flag, the times and a line for each function" {
	hook 01:00.0,02:00.1
	[ "$status" -eq 0 ]
	assert_equal 'vfio-early 1' "$(head -1 "$root/run/vfio-early/boot")"
	record_has 'flag=01:00.0,02:00.1'
	grep -Eq '^start=[0-9]+$' "$root/run/vfio-early/boot"
	grep -Eq '^end=[0-9]+$' "$root/run/vfio-early/boot"
	grep -Eq '^0000:02:00.1 8086:2668 taken before=- after=vfio-pci start=[0-9]+ end=[0-9]+ driver=vfio-pci$' \
		"$root/run/vfio-early/boot"
}

@test "a second pass keeps what the first one did" {
	hook 01:00
	local before after
	before=$(grep '^0000' "$root/run/vfio-early/boot")
	hook 01:00
	[ "$status" -eq 0 ]
	after=$(grep '^0000' "$root/run/vfio-early/boot")
	assert_equal "$before" "$after"
	assert_equal 1 "$(wc -l <"$root/modprobe.log")"
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

@test "without the flag nothing but the command line is read" {
	local words
	for words in '' vfio_early=off vfio_early= vfio_early=no vfio_early=0 'vfio_early=01:00 vfio_early=off'; do
		boot_with "$words"
		run strace -f -e trace=file -o "$root/trace" "$top/vfio-early-hook" -r "$root"
		[ "$status" -eq 0 ]
		output=$(grep -Ev 'execve|exited' "$root/trace")
		echo "$words: $output"
		assert_equal 2 "$(wc -l <<<"$output")"
		assert_contains 'proc/cmdline'
		[ ! -e "$root/run/vfio-early" ]
	done
}

@test "an address or a path touches only the device it names" {
	local word
	for word in 01:00 1234:1111@00:02.0/00; do
		boot_with "vfio_early=$word"
		run strace -f -e trace=file -o "$root/trace" "$top/vfio-early-hook" -r "$root" -n
		[ "$status" -eq 0 ]
		output=$(cat "$root/trace")
		assert_contains 'sys/bus/pci/devices/0000:01:00.0/vendor'
		assert_lacks '0000:02:00'
		assert_lacks '0000:03:00'
		assert_lacks '"sys/bus/pci/devices",'
	done
}

@test "the kernel of a crash dump takes nothing" {
	mkdir -p "$root/proc"
	: >"$root/proc/vmcore"
	hook 01:00
	[ "$status" -eq 0 ]
	assert_equal '(null)' "$(override_of 0000:01:00.0)"
	[ ! -e "$root/run/vfio-early" ]
}

@test "an ID takes every function with it, except the boot display" {
	plan_is 1234:1111 '00:01.0 leave 01:00.0 take 02:00.0 take'
	assert_contains 'it is the boot display, which is only taken by its address'
}

@test "an ID takes no storage controller: the root filesystem may be on one of its kind" {
	pci_bind 0000:03:00.0 -
	plan_is 144d:a80a '03:00.0 leave'
	assert_contains 'it is a storage controller, which is only taken by its address'
	plan_is 144d:a80a@03:00 '03:00.0 take'
}

@test "an address takes the boot display: it is a decision" {
	plan_is 00:01.0 '00:01.0 take'
}

@test "an ID never takes the last display" {
	rm "$root/sys/bus/pci/devices/0000:00:01.0"
	plan_is 1234:1111 '01:00.0 leave 02:00.0 leave'
	assert_contains 'no display would be left to the host'
	plan_is 1234:1111,01:00,02:00 '01:00.0 take 01:00.1 take 01:00.2 take 02:00.0 take 02:00.1 take'
}

@test "an ID with its subsystem takes only what has both" {
	echo 0x1043 >"$root/sys/bus/pci/devices/0000:02:00.0/subsystem_vendor"
	plan_is 1234:1111:1043:1100 '02:00.0 take'
	plan_is 1234:1111:1043:1101 ''
	assert_contains 'error="1234:1111:1043:1101": no such device'
}

@test "one function is taken alone if its address says so" {
	plan_is 01:00.1 '01:00.1 take'
}

@test "an ID that does not match at its place leaves the whole card with the host" {
	hook 10de:2d04@00:02.0/00,02:00
	[ "$status" -eq 1 ]
	assert_equal '(null)' "$(override_of 0000:01:00.0)"
	assert_equal '(null)' "$(override_of 0000:01:00.1)"
	assert_equal vfio-pci "$(override_of 0000:02:00.0)"
	record_has '0000:01:00.1 8086:2668 left before=- after=-'
	log_has 'vfio_early=: "10de:2d04@00:02.0/00": another device than the flag says is at this place'
}

@test "a word that cannot be read leaves the card it speaks of with the host" {
	plan_is 01:00.0,01:00.9,02:00.0 '01:00.0 leave 02:00.0 take'
	plan_is 01:00.0,10de:zzzz@01:00,02:00.0 '01:00.0 leave 02:00.0 take'
}

@test "a word that cannot be read and names no card leaves every card with the host" {
	local word
	for word in garbage,02:00.0 02:00.0,graphics '02:00.0,' 02:00.0,10de:zzzz; do
		plan_is "$word" '02:00.0 leave'
		assert_contains 'a word of the flag cannot be read, and may have meant any card'
	done
	hook 02:00.0,graphics
	[ "$status" -eq 1 ]
	log_has 'vfio_early=: "graphics": neither an address such as 01:00.0 nor an ID'
	log_has 'left to the host: .0: a word of the flag cannot be read'
}

@test "a flag that cannot be read takes nothing at all, and the log says why" {
	hook '01:00;02:00'
	[ "$status" -eq 1 ]
	assert_equal '(null)' "$(override_of 0000:01:00.0)"
	log_has 'vfio_early=: ";": character not allowed in the flag; every device stays with the host'
	record_has 'error=";": character not allowed in the flag'
}

@test "an address without a device is told and harms nothing" {
	hook 05:00.0
	[ "$status" -eq 1 ]
	log_has 'vfio_early=: "05:00.0": no such device'
	record_has 'error="05:00.0": no such device'
}

@test "bridges and host bridges are refused, and so is what their driver keeps from VFIO" {
	plan_is 00:02.0 '00:02.0 leave'
	assert_contains 'it is a bridge'
	plan_is 00:00.0 '00:00.0 leave'
	pci_bind 0000:00:1f.3 -
	plan_is 00:1f '00:1f.0 leave 00:1f.3 leave'
	assert_contains 'a device in its IOMMU group stays with the host'
}

@test "a device that does not answer is refused" {
	head -c 64 /dev/zero | tr '\0' '\377' >"$root/sys/bus/pci/devices/0000:01:00.1/config"
	plan_is 01:00 '01:00.0 leave 01:00.1 leave 01:00.2 leave'
	assert_contains 'its configuration space reads ff'
}

@test "without an IOMMU every card stays with its driver, and one line says why" {
	no_iommu
	hook 01:00
	[ "$status" -eq 1 ]
	assert_equal '(null)' "$(override_of 0000:01:00.0)"
	assert_equal 1 "$(wc -l <"$root/dev/kmsg")"
	log_has '<4>vfio-early: 0000:01:00: .0 1234:1111 .1 8086:2668 .2 1b36:000d left to the host: .0: it has no IOMMU group'
}

@test "a display driver that is there already is never unbound" {
	pci_bind 0000:01:00.0 bochs-drm
	plan_is 01:00 '01:00.0 leave 01:00.1 leave 01:00.2 leave'
	assert_contains 'a driver that cannot be unbound safely holds it'
}

@test "a display driver that was faster than the override is not unbound either" {
	mkdir -p "$root/sys/bus/pci/drivers/"{bochs-drm,xhci_hcd}
	: >"$root/sys/bus/pci/drivers/bochs-drm/unbind"
	: >"$root/sys/bus/pci/drivers/xhci_hcd/unbind"
	echo bochs-drm >"$root/sys/bus/pci/devices/0000:01:00.0/faster"
	echo xhci_hcd >"$root/sys/bus/pci/devices/0000:01:00.2/faster"
	hook 01:00.0
	[ "$status" -eq 1 ]
	assert_equal '' "$(cat "$root/sys/bus/pci/drivers/bochs-drm/unbind")"
	assert_equal '' "$(override_of 0000:01:00.0)"
	record_has '0000:01:00.0 1234:1111 restored before=- after=bochs-drm'
	record_has 'reason=a driver that cannot be unbound safely holds it'
	log_has 'given back to the host: .0: a driver that cannot be unbound safely holds it'
	# One that lets go in good order is.
	rm -r "$root/sys/bus/pci/drivers/vfio-pci"
	hook 01:00.2
	assert_equal 0000:01:00.2 "$(cat "$root/sys/bus/pci/drivers/xhci_hcd/unbind")"
}

@test "drivers that let go in good order are unbound" {
	local driver
	for driver in xhci_hcd snd_hda_intel nvme ahci ehci-pci; do
		pci_bind 0000:01:00.2 "$driver"
		plan_is 01:00.2 '01:00.2 take'
	done
	pci_bind 0000:01:00.2 amdgpu
	plan_is 01:00.2 '01:00.2 leave'
}

@test "a disk in use is not taken away from its driver" {
	rm -f "$root/dev/nvme0n1"
	plan_is 03:00.0 '03:00.0 leave'
	assert_contains 'a disk below it is in use'
	: >"$root/dev/nvme0n1"
	plan_is 03:00.0 '03:00.0 take'
}

@test "what vfio-pci holds already is kept" {
	mkdir -p "$root/sys/bus/pci/drivers/vfio-pci"
	pci_bind 0000:01:00.0 vfio-pci
	plan_is 01:00.0 '01:00.0 keep'
	hook 01:00.0
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 kept before=vfio-pci after=vfio-pci'
	[ ! -e "$root/modprobe.log" ]
}

@test "a driver of its own can be named for a card, and two are a contradiction" {
	hook 01:00.0=mlx5-vfio-pci
	[ "$status" -eq 0 ]
	assert_equal mlx5-vfio-pci "$(cat "$root/modprobe.log")"
	assert_equal mlx5-vfio-pci "$(override_of 0000:01:00.0)"
	plan_is 02:00=a_vfio_pci,02:00.0 '02:00.0 leave 02:00.1 leave'
	assert_contains 'two words of the flag name different drivers for it'
}

@test "a VFIO driver that is registered with another spelling is the same in every pass" {
	mkdir -p "$root/sys/bus/pci/drivers/mlx5_vfio_pci"
	pci_bind 0000:01:00.0 mlx5_vfio_pci
	plan_is 01:00.0=mlx5-vfio-pci '01:00.0 keep'
	plan_is 01:00.0=mlx5-vfio-pci,01:00.0=mlx5_vfio_pci '01:00.0 keep'
	plan_is 01:00.0=mlx-vfio-pci '01:00.0 leave'
	plan_is 01:00.0=mlx5-vfio-pci2 '01:00.0 leave'
	hook 01:00.0=mlx5-vfio-pci
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 kept before=mlx5_vfio_pci after=mlx5_vfio_pci'
	record_has 'driver=mlx5_vfio_pci'
}

@test "if one function fails, the whole card goes back to the host" {
	: >"$root/sys/bus/pci/devices/0000:01:00.1/stubborn"
	hook 01:00,02:00
	[ "$status" -eq 1 ]
	local address
	for address in 0000:01:00.0 0000:01:00.1 0000:01:00.2; do
		assert_equal '' "$(override_of $address)"
	done
	record_has '0000:02:00.0 1234:1111 taken'
	record_has 'the VFIO driver did not take it'
	record_has 'another function of this card could not be taken'
	log_has '0000:01:00: .0 1234:1111 .1 8086:2668 .2 1b36:000d'
}

@test "without vfio-pci the card goes back to the host" {
	printf '#!/bin/sh\nexit 1\n' >"$root/sbin/modprobe"
	hook 01:00
	[ "$status" -eq 1 ]
	assert_equal '' "$(override_of 0000:01:00.0)"
	record_has '0000:01:00.0 1234:1111 restored before=- after=-'
	log_has 'given back to the host: .0: its VFIO driver could not be loaded'
	rm "$root/sbin/modprobe"
	hook 01:00
	[ "$status" -eq 1 ]
	assert_equal '' "$(override_of 0000:01:00.0)"
}

@test "in an initramfs without vfio-pci the card is held, and a later pass takes it" {
	mv "$root/sbin/modprobe" "$root/later"
	hook 01:00 -i
	[ "$status" -eq 0 ]
	assert_equal vfio-pci "$(override_of 0000:01:00.0)"
	record_has '0000:01:00.0 1234:1111 held before=- after=-'
	log_has '0000:01:00: .0 1234:1111 .1 8086:2668 .2 1b36:000d held for vfio-pci, which cannot be loaded yet'
	mv "$root/later" "$root/sbin/modprobe"
	hook 01:00 -d 0000:01:00.0
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 taken before=- after=vfio-pci'
	record_has '0000:01:00.2 1b36:000d taken before=- after=vfio-pci'
}

@test "a card that was held, and that vfio-pci took when another one had it loaded, is held no more" {
	mv "$root/sbin/modprobe" "$root/later"
	hook 01:00,02:00 -i
	record_has '0000:02:00.1 8086:2668 held before=- after=-'
	mv "$root/later" "$root/sbin/modprobe"
	hook 01:00,02:00 -d 0000:01:00.0
	# The made-up kernel bound both cards, as a real one does.
	assert_equal vfio-pci "$(basename "$(readlink "$root/sys/bus/pci/devices/0000:02:00.1/driver")")"
	hook 01:00,02:00 -d 0000:02:00.1
	[ "$status" -eq 0 ]
	record_has '0000:01:00.0 1234:1111 taken before=- after=vfio-pci'
	record_has '0000:02:00.0 1234:1111 kept before=vfio-pci after=vfio-pci'
	record_has '0000:02:00.1 8086:2668 kept before=vfio-pci after=vfio-pci'
	assert_lacks held
}

@test "a card that was held goes back to the host if the running system cannot load vfio-pci" {
	rm "$root/sbin/modprobe"
	hook 01:00 -i
	hook 01:00 -d 0000:01:00.1
	[ "$status" -eq 1 ]
	assert_equal '' "$(override_of 0000:01:00.0)"
	record_has '0000:01:00.0 1234:1111 restored'
}

@test "modprobe gets neither initramfs-tools' options nor the boot's environment" {
	MODPROBE_OPTIONS=-qb hook 01:00
	assert_equal vfio-pci "$(cat "$root/modprobe.log")"
	run ! grep -E 'MODPROBE_OPTIONS|HOME' "$root/modprobe.environment"
}

@test "an override that cannot be set gives the card back" {
	rm "$root/sys/bus/pci/devices/0000:01:00.1/driver_override"
	mkdir "$root/sys/bus/pci/devices/0000:01:00.1/driver_override"
	hook 01:00
	[ "$status" -eq 1 ]
	assert_equal '' "$(override_of 0000:01:00.0)"
	record_has 'its driver_override could not be set, error 21'
}

@test "a kernel log that cannot be written does not matter" {
	rm "$root/dev/kmsg"
	hook 01:00 || true
	[ "$status" -eq 0 ]
	assert_contains 'vfio-early: 0000:01:00: .0 1234:1111'
}

@test "more devices than the plan holds: none of them is taken" {
	local bus device
	for bus in 10 11 12 13 14 15 16 17 18; do
		for device in {0..31}; do
			pci_add - "0000:$bus:$(printf %02x "$device").0" aaaa:bbbb 020000 group=99
		done
	done
	hook aaaa:bbbb -n
	assert_contains 'too many devices fit the flag'
	assert_lacks ' take '
}

@test "wrong usage is told and does nothing" {
	local arguments
	for arguments in '-x' '-r' '-d' '-d 01:00' '-d garbage' 'words'; do
		# shellcheck disable=SC2086 # several arguments
		run "$top/vfio-early-hook" $arguments
		[ "$status" -eq 2 ]
		assert_contains 'Usage: vfio-early-hook'
	done
	run "$top/vfio-early-hook" -r "$root/missing"
	[ "$status" -eq 2 ]
}

@test "the program is static and small" {
	run readelf -lW "$top/vfio-early-hook"
	assert_lacks INTERP
	# 48 KiB with musl; glibc's own start-up code is larger than that
	if strings "$top/vfio-early-hook" | grep -q 'GNU C Library'; then
		[ "$(stat -c %s "$top/vfio-early-hook")" -le $((1024 * 1024)) ]
	else
		[ "$(stat -c %s "$top/vfio-early-hook")" -le $((48 * 1024)) ]
	fi
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

# A command line of so many bytes, with these words at its end.
line_of() { # BYTES WORDS
	printf '%*s%s\n' "$(($1 - ${#2}))" ' ' "$2" | put /proc/cmdline
}

@test "a command line that fills the kernel's buffer: the log says that the rest was not read" {
	local lost='the command line fills the 2047 bytes that the kernel keeps: what stands behind was not read'
	line_of 2047 quiet
	run -0 "$top/vfio-early-hook" -r "$root"
	log_has "<4>vfio-early: $lost"
	line_of 3000 vfio_early=01:00
	run -0 "$top/vfio-early-hook" -r "$root"
	assert_equal 2 "$(grep -c "$lost" "$root/dev/kmsg")"
	: >"$root/dev/kmsg"
	line_of 2046 quiet
	run -0 "$top/vfio-early-hook" -r "$root"
	assert_equal '' "$(cat "$root/dev/kmsg")"
}
