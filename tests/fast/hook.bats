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
