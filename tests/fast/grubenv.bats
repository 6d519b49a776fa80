#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What vfio-early writes to the files that GRUB reads: their form, their mode, and what is of others.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034 # scripts for later; each test is a shell of its own

load helper
load grub
load enable

@test "a new grubenv is for all to read, and an old one keeps its mode, whatever the umask" {
	local mask
	for mask in 0 077; do
		rm -f "$root/boot/grub/grubenv"
		(umask "$mask" && tool enable 01:00)
		assert_equal 644 "$(stat -c %a "$root/boot/grub/grubenv")"
		chmod 600 "$root/boot/grub/grubenv"
		(umask "$mask" && tool disable)
		assert_equal 600 "$(stat -c %a "$root/boot/grub/grubenv")"
	done
}

@test "disable and enable touch grubenv and nothing else" {
	tool enable 01:00
	rm "$root/called"
	snapshot | grep -v grubenv >"$BATS_TEST_TMPDIR/before"
	command=(disable)
	ok 'Done:
  switch off in /boot/grub/grubenv: boots are normal again'
	is_off
	snapshot | grep -v grubenv | diff -u "$BATS_TEST_TMPDIR/before" -
	ok 'Nothing to do'
	command=(enable)
	ok 'Done:
  switch on in /boot/grub/grubenv: every boot takes the passthrough entry'
	assert_equal 'vfio_early=1' "$(grubenv | head -1)"
	snapshot | grep -v grubenv | diff -u "$BATS_TEST_TMPDIR/before" -
	[ ! -e "$root/called" ]
}

@test "grubenv missing or empty is made, with the size that GRUB needs" {
	rm "$root/boot/grub/grubenv"
	ok 'switch on'
	assert_equal vfio_early=1 "$(grubenv | head -1)"
	assert_equal 1024 "$(stat -c %s "$root/boot/grub/grubenv")"
	: >"$root/boot/grub/grubenv"
	ok 'switch on'
	assert_equal 1024 "$(stat -c %s "$root/boot/grub/grubenv")"
}

@test "grubenv full: said before the switch, with what to do, and nothing of others is lost" {
	grub-editenv "$root/boot/grub/grubenv" set "filler=$(printf %0930d 0)"
	fails 1 "no room for our variables in $root/boot/grub/grubenv, which has 1024 bytes" "'unset NAME' makes room"
	assert_equal "filler=$(printf %0930d 0)" "$(grubenv)"
	assert_equal 'grubenv ' "$(find "$root/boot/grub" -name '*grubenv*' -printf '%f ')"
}

@test "a grubenv that is none is not written to" {
	echo 'saved_entry=0' >"$root/boot/grub/grubenv"
	fails 1 "$root/boot/grub/grubenv is not a block of GRUB variables; 'grub-editenv /boot/grub/grubenv create' makes an empty one"
	assert_equal 'saved_entry=0' "$(<"$root/boot/grub/grubenv")"
	command=(disable)
	fails 1 'is not a block of GRUB variables'
	command=(confirm)
	fails 1 'is not a block of GRUB variables' 'the next boot will be a normal one'
}

@test "variables of others in grubenv stay, with backslashes and all" {
	grub-editenv "$root/boot/grub/grubenv" set 'saved_entry=a\b' kernelopts='root=UUID=0815 ro'
	ok
	tool disable
	output=$(grubenv)
	assert_contains 'saved_entry=a\b'
	assert_contains 'kernelopts=root=UUID=0815 ro'
}

@test "symbolic links stay, and absolute ones stay below the root" {
	local target
	mkdir -p "$root/boot/efi" "$root/elsewhere"
	mv "$root/boot/grub/grubenv" "$root/boot/efi/"
	for target in ../efi/grubenv /boot/efi/grubenv; do
		ln -sf "$target" "$root/boot/grub/grubenv"
		tool enable 01:00
		assert_equal "$target" "$(readlink "$root/boot/grub/grubenv")"
		assert_equal vfio_early=1 "$(grub-editenv "$root/boot/efi/grubenv" list | head -1)"
		tool disable
	done
	mv "$root/etc/vfio-early.conf" "$root/elsewhere/conf"
	ln -s /elsewhere/conf "$root/etc/vfio-early.conf"
	tool enable 02:00
	assert_equal /elsewhere/conf "$(readlink "$root/etc/vfio-early.conf")"
	assert_equal 'devices = 1234:1111@00:03.0/00' "$(tail -1 "$root/elsewhere/conf")"
}

@test "mode and owner of what is replaced stay" {
	tool enable 01:00
	chmod 600 "$root/etc/vfio-early.conf" "$root/boot/grub/grubenv"
	tool enable 02:00
	assert_equal '600 600' "$(stat -c %a "$root/etc/vfio-early.conf" "$root/boot/grub/grubenv" | paste -sd ' ')"
}
