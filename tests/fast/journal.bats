#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The journal: what is in it before a file is changed, and what where it cannot be kept.
# shellcheck disable=SC2016,SC2030,SC2031 # scripts for later; each test is a shell of its own

load helper
load grub
load enable

journal=$root/var/lib/vfio-early

@test "each file that enable changes is in the journal, before and after, with who asked" {
	put /etc/vfio-early.conf <<<'# mine'
	chmod 640 "$root/etc/vfio-early.conf"
	cp -a "$root/etc/vfio-early.conf" "$root/boot/grub/grub.cfg" "$root/boot/grub/grubenv" "$BATS_TEST_TMPDIR"
	tool enable 01:00
	run -0 --separate-stderr tool --json log
	assert_equal "1 vfio-early --root $root enable 01:00 done 0" \
		"$(jq -r '"\(.commands | length) \(.commands[0].command) \(.commands[0].result) \(.thinned)"' <<<"$output")"
	[[ $(jq -r '.commands[0].begun' <<<"$output") =~ ^20..-..-..T..:..:..Z$ ]]
	assert_equal "/etc/vfio-early.conf null
/boot/grub/grub.cfg null
/boot/grub/grubenv null" "$(jq -r '.commands[0].changes[] | "\(.path) \(.program)"' <<<"$output")"
	assert_equal 0640 "$(jq -r '.commands[0].changes[0].before.mode' <<<"$output")"
	for name in vfio-early.conf grub.cfg grubenv; do
		hash=$(sha256sum <"$BATS_TEST_TMPDIR/$name")
		assert_equal "${hash%% *}" "$(jq -r --arg name "/$name" \
			'.commands[0].changes[] | select(.path | endswith($name)) | .before.sha256' <<<"$output")"
		cmp "$journal/content/${hash%% *}" "$BATS_TEST_TMPDIR/$name"
		hash=$(sha256sum <"$root/etc/$name" 2>/dev/null || sha256sum <"$root/boot/grub/$name")
		assert_equal "${hash%% *}" "$(jq -r --arg name "/$name" \
			'.commands[0].changes[] | select(.path | endswith($name)) | .after.sha256' <<<"$output")"
	done
	assert_equal '755 700 644' "$(stat -c %a "$journal" "$journal/content" "$journal/journal" | paste -sd ' ')"
	run -0 tool log
	assert_contains "done  vfio-early --root $root enable 01:00  (version"
	assert_contains '/etc/vfio-early.conf  '
}

@test "what changes nothing leaves nothing in the journal, and what reads makes none" {
	tool disable
	tool confirm
	tool enable --dry-run 01:00
	tool list
	[ ! -e "$journal" ]
	run -0 tool log
	assert_contains 'The journal is empty'
	tool enable 01:00
	tool enable 01:00
	assert_equal 1 "$(json_of '.commands | length' log)"
	tool disable
	assert_equal '2 vfio-early' "$(json_of '"\(.commands[1].id) \(.commands[1].command | split(" ")[0])"' log)"
}

@test "a change is synced in the journal before the file is renamed" {
	strace -f -o "$BATS_TEST_TMPDIR/trace" -y -e trace=fsync,rename "$top/vfio-early" --root "$root" enable 01:00 >&2
	# Of the tool alone: the journal's lines on both sides, and the new file before its rename.
	assert_equal 'journal vfio-early.conf' "$(
		sed -nE 's/^[0-9]+ +fsync\([0-9]+<[^>]*\/(journal)>\).*/\1/p
			s/^[0-9]+ +rename\(.*"[^"]*\/(vfio-early\.conf)"\).*/\1/p' "$BATS_TEST_TMPDIR/trace" |
			sed -n '/conf/{x;p;x;p;q};h' | paste -sd ' ')"
	run ! grep -E 'rename\(.*vfio-early/' "$BATS_TEST_TMPDIR/trace"
}

# nothing_changed PIECE: enable refuses with it, before it changes anything.
nothing_changed() {
	snapshot >"$BATS_TEST_TMPDIR/before"
	fails 1 "$@"
	assert_contains 'nothing is changed without it'
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	[ ! -e "$root/called" ]
}

@test "without /var, or where it cannot be written, nothing is changed; but the way back is open" {
	rm -r "$root/var/lib"
	nothing_changed "there is no $root/var/lib for the journal: is the file system of /var mounted?"
	[ ! -e "$root/var/lib" ]
	: >"$root/var/lib"
	nothing_changed "cannot keep the journal in $root/var/lib/vfio-early: Not a directory"
	rm "$root/var/lib"
	make_grubenv vfio_early=1 vfio_early_pending=1
	run -0 tool confirm
	assert_contains "warning: there is no $root/var/lib for the journal"
	run -0 tool disable
	assert_contains "warning: there is no $root/var/lib for the journal"
	is_off
}

@test "a journal on a full disk is told before anything is changed" {
	mkdir "$journal"
	# shellcheck disable=SC2154 # the mount point of the test's own file system
	for step in 'size=512k' 'size=8m,ro'; do
		unshare -m bash -c "mount -t tmpfs -o $step none '$journal' &&
			! '$top/vfio-early' --root '$root' enable 01:00 2>'$BATS_TEST_TMPDIR/said'"
		output=$(<"$BATS_TEST_TMPDIR/said")
		assert_contains 'nothing is changed without it'
	done
	assert_contains 'Read-only file system'
	[ ! -e "$root/etc/vfio-early.conf" ]
}

@test "half a line, from a cut, is passed over and goes with the next one" {
	tool enable 01:00
	printf '{"id":2,"begin":"20' >>"$journal/journal"
	run -0 tool log
	tool disable
	run -0 tool log
	assert_equal '2 done' "$(json_of '"\(.commands | length) \(.commands[1].result)"' log)"
	run ! grep -v '^{.*}$' "$journal/journal"
	echo nonsense >>"$journal/journal"
	run -1 tool log
	assert_contains "$root/var/lib/vfio-early/journal has 1 damaged lines, which are passed over"
}

@test "half a copy, from a cut, is not believed and made anew" {
	local hash
	hash=$(sha256sum <"$root/boot/grub/grub.cfg")
	hash=${hash%% *}
	mkdir -p "$journal/content"
	head -c 100 "$root/boot/grub/grub.cfg" >"$journal/content/$hash"
	cp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	tool enable 01:00
	cmp "$journal/content/$hash" "$BATS_TEST_TMPDIR/grub.cfg"
}

# A kernel whose image lacks the early program, and an update-initramfs that puts a good one in
# its place.
image_to_be_made() { # VERSION
	cp "$root/boot/initrd.img-$1" "$root/good"
	make_kernel "$1" bare
	: | put /usr/share/initramfs-tools/hooks/vfio-early
	install_program /usr/sbin/mkinitramfs <<<'#!/bin/sh'
	install_program /usr/sbin/update-initramfs <<-'END'
		#!/bin/sh
		cp "$VFIO_EARLY_ROOT/good" "$VFIO_EARLY_ROOT/boot/initrd.img-$3.new"
		mv "$VFIO_EARLY_ROOT/boot/initrd.img-$3.new" "$VFIO_EARLY_ROOT/boot/initrd.img-$3"
	END
}

@test "of images the journal has the hash alone" {
	image_to_be_made 6.1.0-50-amd64
	hash=$(sha256sum <"$root/boot/initrd.img-6.1.0-50-amd64")
	tool enable 01:00
	assert_equal "/boot/initrd.img-6.1.0-50-amd64 ${hash%% *} false update-initramfs" "$(json_of \
		'.commands[0].changes[] | select(.path | contains("initrd")) | "\(.path) \(.before.sha256) \(.after.kept) \(.program)"' log)"
	[ ! -e "$journal/content/${hash%% *}" ]
}

@test "the journal stays small: first and last changes stay, those between are thinned, and it says so" {
	cp "$root/boot/grub/grubenv" "$BATS_TEST_TMPDIR/pristine"
	tool enable 01:00
	hash=$(sha256sum <"$BATS_TEST_TMPDIR/pristine")
	# As if it had been switched to and fro for a year.
	for id in {2..100}; do
		printf '{"id":%d,"begin":"T","command":"c","version":"v","process":""}\n{"id":%d,"path":"/boot/grub/grubenv","before":null}\n{"id":%d,"end":"T","result":"done"}\n' "$id" "$id" "$id"
	done >>"$journal/journal"
	echo old >"$journal/content/$(sha256sum <<<old | cut -d ' ' -f 1)"
	tool disable
	run -0 --separate-stderr tool --json log
	assert_equal '51 1 101 50' "$(jq -r '"\(.commands | length) \(.commands[0].id) \(.commands[-1].id) \(.thinned)"' <<<"$output")"
	assert_equal "${hash%% *}" "$(jq -r \
		'[.commands[].changes[] | select(.path == "/boot/grub/grubenv")][0].before.sha256' <<<"$output")"
	cmp "$journal/content/${hash%% *}" "$BATS_TEST_TMPDIR/pristine"
	[ ! -e "$journal/content/$(sha256sum <<<old | cut -d ' ' -f 1)" ]
	run -0 tool log
	assert_contains 'Left out: 50 changes between the first and the last ones'
}
