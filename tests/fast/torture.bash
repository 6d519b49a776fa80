# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A command cut off, or failed, at one system call after the other (tests/programs/fault-at.c);
# what the next command makes of it must be the old state or the new one.

start=$BATS_TEST_TMPDIR/start

fault_at() { # [OPTION...] of fault-at, then the command in $command
	"$top/build/tests/fault-at" "$@" "$top/vfio-early" --root "$root" "${command[@]}"
}

# Everything that a command may touch, but for the journal, with names, modes and contents.
digest() {
	(cd "$root" && find boot etc var -path var/lib/vfio-early -prune -o \
		-printf '%M %p %l\n' -type f -exec sha256sum {} \;) | sort | sha256sum
}

from_start() {
	rm -rf "$root"
	cp -a "$start" "$root"
}

# A command that only puts right what was cut off: back to what the last command left.
recover() {
	local id
	id=$(json_of '.commands[-1].id // empty' log) || return
	[ -z "$id" ] || tool rollback --to "$id" || :
}

unfinished_in_log() {
	json_of '[.commands[] | select(.result == "unfinished")] | length' log
}

# One that had made its last change is no alarm, and is told all the same.
unfinished_in_status() {
	{ tool --json status || :; } | jq '[.differences[] | select(.id == "change-unfinished")] | length'
}

copies_are_whole() {
	local copy
	for copy in "$root"/var/lib/vfio-early/content/*; do
		[ ! -e "$copy" ] || assert_equal "${copy##*/}" "$(sha256sum <"$copy" | cut -d ' ' -f 1)"
	done
}

# What is so after a fault.
check_point() { # OLD NEW
	local now
	assert_equal "$(unfinished_in_log)" "$(unfinished_in_status)" || return
	recover >"$BATS_TEST_TMPDIR/recovered" 2>&1
	now=$(digest)
	if [ "$now" != "$1" ] && [ "$now" != "$2" ]; then
		echo 'neither the old state nor the new one:'
		cat "$BATS_TEST_TMPDIR/recovered"
		diff -r "$start/boot" "$root/boot"
		diff -r "$start/etc" "$root/etc"
		return 1
	fi
	tool log >/dev/null || return
	assert_equal '0 0' "$(unfinished_in_log) $(unfinished_in_status)" && copies_are_whole
}

# torture STEP [OPTION...]: the command in $command, from the state that the made-up root has, at
# every STEP-th of its points, with these options of fault-at. Adds to $points.
torture() {
	local step=$1 old new count at failed=0
	shift
	rm -rf "$start"
	cp -a "$root" "$start"
	old=$(digest)
	count=$(fault_at "$@" | tail -1)
	new=$(digest)
	for ((at = 1 + RANDOM % step; at <= count; at += step)); do
		from_start
		fault_at "$@" -n "$at" >"$BATS_TEST_TMPDIR/said" 2>&1 || :
		points=$((points + 1))
		check_point "$old" "$new" || {
			echo "point $at of $count: ${command[*]} $*"
			cat "$BATS_TEST_TMPDIR/said"
			failed=$((failed + 1))
		}
	done
	from_start
	echo "# ${command[*]}, $* from call 1 to $count by $step: $failed of its points in between" >&3
	[ "$failed" -eq 0 ]
}
