#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Where diagnose writes a report, and what a program finds in it.

load helper

setup() {
	unpack vm-host
}

@test "--output writes the whole file for its owner only, or nothing" {
	local report=$BATS_TEST_TMPDIR/report
	umask 0
	run -0 tool diagnose --output "$report"
	assert_equal "" "$output"
	assert_equal '600' "$(stat -c %a "$report")"
	assert_equal "$(tool diagnose)" "$(cat "$report")"
	echo old >"$report"
	run -0 tool diagnose --format prom --output "$report"
	assert_equal '644' "$(stat -c %a "$report")"
	assert_equal "$report" "$(ls "$report"*)"
	run -2 tool diagnose --output "$BATS_TEST_TMPDIR"
	assert_equal "" "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name '*.??????' -newer "$report")"
}

@test "--output writes to what is no regular file, and leaves it what it is" {
	local here=$BATS_TEST_TMPDIR expected
	expected=$(tool diagnose)
	mkfifo "$here/pipe"
	ln -s pipe "$here/link"
	ln -s /dev/null "$here/null"
	ln -s /dev/full "$here/full"
	local name
	for name in pipe link; do
		timeout 20 cat "$here/pipe" >"$here/read" &
		run -0 timeout 20 "$top/vfio-early" --root "$root" diagnose --output "$here/$name"
		wait "$!"
		assert_equal "$expected" "$(<"$here/read")"
		[ -p "$here/pipe" ] && [ -L "$here/link" ]
	done
	run -0 tool diagnose --output "$here/null"
	[ -L "$here/null" ] && [ -c /dev/null ]
	run -2 tool diagnose --output "$here/full"
	assert_contains "$here/full cannot be written: No space left on device"
	[ -L "$here/full" ] && [ -c /dev/full ]
	assert_equal "$expected" "$(tool diagnose --output /dev/stdout | cat)"
}

@test "--output /dev/stdout adds to the file that standard output adds to, and replaces nothing" {
	local log=$BATS_TEST_TMPDIR/log inode
	echo before >"$log"
	inode=$(stat -c %i "$log")
	tool diagnose --output /dev/stdout >>"$log"
	assert_equal "before $inode" "$(head -1 "$log") $(stat -c %i "$log")"
	assert_equal "$(tool diagnose)" "$(tail -n +2 "$log")"
	tool diagnose --output /dev/fd/7 7>>"$log"
	assert_equal "before $inode" "$(head -1 "$log") $(stat -c %i "$log")"
}

@test "--output keeps a symbolic link and replaces what it leads to" {
	local here=$BATS_TEST_TMPDIR
	mkdir "$here/reports"
	echo old >"$here/reports/file"
	ln -s reports/file "$here/link"
	run -0 tool diagnose --output "$here/link"
	[ -L "$here/link" ]
	assert_equal "$(tool diagnose)" "$(<"$here/reports/file")"
	assert_equal file "$(ls -A "$here/reports")"
}

@test "a disk that is full leaves the old report as it was" {
	run -2 tool diagnose --output /dev/full/report
	run bash -c "'$top/vfio-early' --root '$root' diagnose >/dev/full"
	[ "$status" -eq 2 ]
	assert_contains 'standard output cannot be written: No space left on device'
}

@test "Prometheus: the text format's rules, a fixed clock" {
	SOURCE_DATE_EPOCH=1790000000 run -0 tool diagnose --format prom
	assert_contains 'vfio_early_device_info{bdf="0000:01:00.0",vendor="10de",device="2d04",driver="vfio-pci",want="vm",iommu_group="12"} 1'
	assert_contains 'vfio_early_device_ok{bdf="0000:01:00.0"} 1'
	assert_contains 'vfio_early_check_status{id="GROUP-VIABLE",status="pass"} 1'
	assert_contains 'vfio_early_reboot_required 0'
	assert_contains 'vfio_early_last_run_timestamp_seconds 1790000000'
	# each name has its HELP and TYPE once, ahead of its samples; no sample twice
	assert_equal "" "$(grep -v '^#' <<<"$output" | sort | uniq -d)"
	assert_equal 5 "$(grep -c '^# TYPE .* gauge$' <<<"$output")"
	assert_equal "" "$(grep -vE '^(# (HELP|TYPE) vfio_early_|vfio_early_[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [0-9]+$)' <<<"$output")"
	unpack EARLY-REBOOT-PENDING.fail
	run tool diagnose --format prom
	assert_contains 'vfio_early_reboot_required 1'
}
