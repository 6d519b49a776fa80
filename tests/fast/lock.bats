#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Two at once: of the commands that change things one waits for the other, or says who is
# running; confirm waits for grubenv only.
# shellcheck disable=SC2016,SC2030,SC2031 # scripts for later; each test is a shell of its own

load helper
load grub

setup() {
	make_grub_machine
}

teardown() {
	touch "$root/go"
	[ -z "${first-}" ] || wait "$first" || :
}

# `enable 01:00` in the background, as $first, until it is in the middle of update-grub; it
# goes on when there is a file `go`.
enable_halfway() {
	sed -i '2i touch "$VFIO_EARLY_ROOT/started"; while [ ! -e "$VFIO_EARLY_ROOT/go" ]; do sleep 0.05; done' \
		"$root/usr/sbin/update-grub"
	"$top/vfio-early" --root "$root" enable 01:00 >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
	first=$!
	appears "$root/started" || { echo 'update-grub was not called'; return 1; }
}

let_go() {
	touch "$root/go"
	wait "$first"
	first=
}

grubenv_is() { # NAME=VALUE...
	assert_equal "$*" "$(grubenv | paste -sd ' ')"
}

@test "while one enables, another that would change things says who is running, and changes nothing" {
	enable_halfway
	snapshot >"$BATS_TEST_TMPDIR/before"
	run -1 tool disable
	assert_equal "vfio-early: another vfio-early (pid $first, enable) is running; wait for it to end" "$output"
	run -1 --separate-stderr tool --json enable 02:00
	assert_equal "false another vfio-early (pid $first, enable) is running; wait for it to end" \
		"$(jq -r '"\(.changed) \(.error)"' <<<"$output")"
	snapshot | diff -u "$BATS_TEST_TMPDIR/before" -
	# Those that change nothing do not wait.
	run -0 timeout 4 "$top/vfio-early" --root "$root" enable 02:00 --dry-run
	run -0 timeout 4 "$top/vfio-early" --root "$root" disable --dry-run
	run -0 timeout 4 "$top/vfio-early" --root "$root" list
	let_go
	grubenv_is vfio_early=1 vfio_early_once=0 vfio_early_pending=0 vfio_early_failed=0
	assert_equal 'vfio_early=1234:1111@00:02.0/00 intel_iommu=on iommu=pt' \
		"$(section | sed -n 's/^# vfio-early: words //p')"
}

@test "a moment is waited for, and what comes second is what stays" {
	local second
	enable_halfway
	"$top/vfio-early" --root "$root" disable >"$BATS_TEST_TMPDIR/second" 2>&1 3>&- &
	second=$!
	sleep 0.5
	let_go
	wait "$second"
	assert_equal 'Done:
  switch off in /boot/grub/grubenv: boots are normal again' "$(<"$BATS_TEST_TMPDIR/second")"
	grubenv_is vfio_early=0 vfio_early_once=0 vfio_early_pending=0 vfio_early_failed=0
}

@test "confirm does not wait until enable has ended" {
	make_grubenv vfio_early_pending=1
	enable_halfway
	run -0 timeout 4 "$top/vfio-early" --root "$root" confirm
	grubenv_is vfio_early_pending=0
	let_go
}

@test "confirm waits for whoever is changing grubenv" {
	make_grubenv vfio_early_pending=1
	mkdir -p "$root/run/vfio-early"
	exec 9>"$root/run/vfio-early/grubenv.lock"
	flock 9
	"$top/vfio-early" --root "$root" confirm 3>&- 9>&- &
	first=$!
	sleep 0.5
	grubenv_is vfio_early_pending=1
	exec 9>&-
	let_go
	grubenv_is vfio_early_pending=0
}

@test "of two changes to grubenv at once none is lost" {
	install_program /usr/bin/grub-editenv <<-'END'
		#!/bin/sh
		sleep 0.3
		exec /usr/bin/grub-editenv "$@"
	END
	make_grubenv vfio_early=1 vfio_early_pending=1
	"$top/vfio-early" --root "$root" confirm 3>&- &
	first=$!
	run -0 tool disable
	let_go
	grubenv_is vfio_early=0 vfio_early_pending=0 vfio_early_once=0 vfio_early_failed=0
}

@test "the lock goes with its holder: neither a daemon that is left behind nor a kill keeps it" {
	sed -i '2i sleep 100 3>\&- & echo $! >"$VFIO_EARLY_ROOT/daemon"; ls -l /proc/self/fd >"$VFIO_EARLY_ROOT/files"' \
		"$root/usr/sbin/update-grub"
	run -0 tool enable 01:00
	output=$(<"$root/files")
	assert_lacks lock
	run -0 timeout 4 "$top/vfio-early" --root "$root" disable
	kill "$(<"$root/daemon")"

	rm "$root/etc/vfio-early.conf"
	sed -i 2d "$root/usr/sbin/update-grub"
	make_kernel 6.1.0-60-amd64
	enable_halfway
	kill -KILL "$first"
	wait "$first" || :
	first=
	run -0 timeout 4 "$top/vfio-early" --root "$root" disable
}

@test "nobody but root can open a lock, and so hold it" {
	tool enable 01:00
	assert_equal '600 600' "$(stat -c %a "$root/run/vfio-early/command.lock" "$root/run/vfio-early/grubenv.lock" | paste -sd ' ')"
}

@test "where nothing can be written in /run, the way back is open all the same" {
	tool enable 01:00
	rm -r "$root/run"
	: >"$root/run"
	run -0 tool disable
	assert_contains "warning: cannot lock $root/run/vfio-early/command.lock: Not a directory; make sure that no other vfio-early runs"
	grubenv_is vfio_early=0 vfio_early_once=0 vfio_early_pending=0 vfio_early_failed=0
}
