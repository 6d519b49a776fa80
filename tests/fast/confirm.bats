#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-early confirm: a boot that came up says so to GRUB.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034 # scripts for later; each test is a shell of its own

load helper
load grub
load enable

@test "confirm runs after hibernation, too, and reads what GRUB wrote in the meantime" {
	local unit=usr/lib/systemd/system/vfio-early-confirm.service target
	local installed=$BATS_TEST_TMPDIR/installed
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$top" install DESTDIR="$installed" >/dev/null
	for target in multi-user hibernate hybrid-sleep suspend-then-hibernate; do
		cmp "$installed/$unit" "$installed/${unit%/*}/$target.target.wants/${unit##*/}"
		output=$(grep -E '^(After|WantedBy)=' "$installed/$unit")
		assert_equal 2 "$(grep -cE "[= ]$target\.target( |$)" <<<"$output")"
	done
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$top" uninstall DESTDIR="$installed"
	assert_equal '' "$(find "$installed" ! -type d)"
	strace -o "$BATS_TEST_TMPDIR/trace" -e trace=fadvise64,openat,read \
		"$top/vfio-early" --root "$root" confirm
	output=$(grep -A9 'boot/grub/grubenv' "$BATS_TEST_TMPDIR/trace" | sed 's/(.*//' | head -4 | paste -sd' ')
	assert_equal 'openat fadvise64 openat read' "$output"
}

@test "confirm clears the mark, and is quiet where there is nothing to do" {
	command=(confirm)
	tool enable 01:00
	grub-editenv "$root/boot/grub/grubenv" set vfio_early_pending=1
	ok
	assert_equal '' "$output"
	assert_equal vfio_early_pending=0 "$(grubenv | grep pending)"
	snapshot >"$BATS_TEST_TMPDIR/before"
	ok
	assert_equal '' "$output"
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	rm -r "$root/boot/grub"
	ok
	assert_equal '' "$output"
	assert_equal 'false []' "$(json_of '"\(.changed) \(.steps)"' confirm)"
}

@test "enable after a boot that did not come up clears its mark" {
	tool enable 01:00
	grub-editenv "$root/boot/grub/grubenv" set vfio_early_failed=1
	ok 'switch on'
	assert_equal vfio_early_failed=0 "$(grubenv | grep failed)"
}

@test "a boot that fell into emergency mode unasked has failed, however it is shut down" {
	local asked=$root/asked
	tool enable 01:00
	put /usr/bin/systemctl <<-'END'
		#!/bin/sh
		echo "$@" >>"$VFIO_EARLY_ROOT/asked"
		[ -e "$VFIO_EARLY_ROOT/emergency" ]
	END
	chmod +x "$root/usr/bin/systemctl"
	stopped_with() { # MARK, and what it is then
		grub-editenv "$root/boot/grub/grubenv" set "vfio_early_pending=$1"
		tool confirm --stopped
		assert_equal "vfio_early_pending=$2" "$(grubenv | grep pending)"
	}
	: >"$root/emergency"
	boot_with "$words"
	stopped_with 1 1
	assert_equal '--quiet is-active emergency.service' "$(cat "$asked")"
	# Where somebody asked for it, it did not fail; nor where it is over.
	boot_with "$words emergency"
	stopped_with 1 2
	boot_with "$words"
	rm "$root/emergency"
	stopped_with 1 2
	# At all other shutdowns systemd is not even asked.
	rm "$asked"
	stopped_with 0 0
	[ ! -e "$asked" ]
}
