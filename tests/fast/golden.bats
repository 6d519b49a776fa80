#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Whole diagnoses, as they were read and found good: tests/golden/make.sh renews them.

load helper

@test "the diagnoses in tests/golden come out the same in text, Markdown and JSON" {
	local new=$BATS_TEST_TMPDIR/new
	mkdir "$new"
	"$top/tests/golden/make.sh" "$new"
	rm -f "$new/make.sh"
	diff -ru --exclude=make.sh "$top/tests/golden" "$new"
	[ "$(find "$new" -name '*.md' | wc -l)" -ge 4 ]
}
