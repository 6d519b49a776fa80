#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The flag's language. A directory of tests/fixtures/cmdline is one oddity: the kernel
# command line, and how it is understood.

load helper

print_flag=$top/build/tests/print-flag

@test "every command line of the fixtures is understood as expected" {
	local fixture count=0 wrong=0
	for fixture in "$top"/tests/fixtures/cmdline/*/; do
		count=$((count + 1))
		if ! diff -u --label expected --label actual "$fixture/expected" \
			<("$print_flag" <"$fixture/cmdline"); then
			echo "in $fixture"
			wrong=$((wrong + 1))
		fi
	done
	echo "$wrong of $count command lines were understood in another way"
	[ "$count" -ge 70 ] && [ "$wrong" -eq 0 ]
}

@test "what is printed for a selector reads back as the same selector" {
	local fixture canonical again
	for fixture in "$top"/tests/fixtures/cmdline/*/; do
		canonical=$("$print_flag" <"$fixture/cmdline" | sed -n 's/^word ".*" = //p' | paste -sd,)
		[ -n "$canonical" ] || continue
		again=$(printf 'vfio_early=%s' "$canonical" | "$print_flag" |
			sed -n 's/^word ".*" = //p' | paste -sd,)
		assert_equal "$canonical" "$again"
	done
}
