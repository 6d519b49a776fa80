# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The early program on a made-up root. A made-up modprobe stands for the kernel: it binds
# what has its override. The real thing is in tests/boot.

# The standard machine as it is before udev, and the made-up modprobe.
hook_machine() {
	make_machine
	# Before udev, nothing is bound and nothing is loaded.
	local address
	for address in 01:00.0 01:00.1 01:00.2 02:00.0 02:00.1 00:01.0; do
		pci_bind "0000:$address" -
	done
	rm -r "$root/sys/bus/pci/drivers/vfio-pci"
	mkdir -p "$root/sbin" "$root/dev"
	: >"$root/dev/kmsg"
	cat >"$root/sbin/modprobe" <<-'END'
		#!/bin/sh
		# Runs in the root directory: the kernel's part of loading vfio-pci.
		echo "$@" >>modprobe.log
		env >modprobe.environment
		mkdir -p "sys/bus/pci/drivers/$1"
		for device in sys/bus/pci/devices/*; do
			[ "$(cat "$device/driver_override")" = "$1" ] || continue
			[ ! -e "$device/stubborn" ] || continue
			if [ -e "$device/faster" ]; then
				ln -s "$PWD/sys/bus/pci/drivers/$(cat "$device/faster")" "$device/driver"
				continue
			fi
			ln -s "$PWD/sys/bus/pci/drivers/$1" "$device/driver"
		done
	END
	chmod +x "$root/sbin/modprobe"
}

# The flag's value, then the hook's own arguments.
hook() {
	boot_with "vfio_early=$1"
	shift
	run "$top/vfio-early-hook" -r "$root" "$@"
	echo "status $status, output: $output"
	echo "kernel log:"
	cat "$root/dev/kmsg"
}

override_of() {
	cat "$root/sys/bus/pci/devices/$1/driver_override"
}

# What the plan has for each function, on one line.
plan_is() { # FLAG EXPECTED
	hook "$1" -n
	[ "$status" -eq 0 ]
	assert_equal "$2" "$(sed -n 's/^0000:\([^ ]*\) [^ ]* \([a-z]*\) .*/\1 \2/p' <<<"$output" |
		paste -sd' ')"
}

record_has() {
	output=$(cat "$root/run/vfio-early/boot")
	assert_contains "$1"
}

log_has() {
	output=$(cat "$root/dev/kmsg")
	assert_contains "$1"
}
