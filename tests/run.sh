#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh FILE|DIRECTORY...: runs bats and ends with "N passed, N failed". A test that skips
# itself has proved nothing: it counts as failed. Files run beside each other, as many as there
# are processors, and the tests of a file one after the other.
set -u -o pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT

jobs=$(nproc)
beside=()
[ "$jobs" = 1 ] || beside=(--jobs "$jobs" --no-parallelize-within-files)

status=0
run_bats() { # TEMPORARY-DIRECTORY FILE|DIRECTORY...
	TMPDIR=$1 bats --tap --timing "${beside[@]}" "${@:2}" 2>&1 | tee -a "$log" || status=1
}

# Made-up roots are thousands of small files: in memory where there is such a place. The
# machines' disks of other tests are large, and stay on a disk.
memory=/dev/shm
[ -w "$memory" ] && mountpoint -q "$memory" || memory=${TMPDIR:-/tmp}
fast=() others=()
for tests in "$@"; do
	case $tests in
	tests/fast*) fast+=("$tests") ;;
	*) others+=("$tests") ;;
	esac
done
[ "${#fast[@]}" = 0 ] || run_bats "$memory" "${fast[@]}"
[ "${#others[@]}" = 0 ] || run_bats "${TMPDIR:-/tmp}" "${others[@]}"

skipped=$(grep -c '^ok .*# skip' "$log")
passed=$(($(grep -c '^ok ' "$log") - skipped))
failed=$(($(grep -c '^not ok ' "$log") + skipped))
# bats can fail without a failing test: a file that cannot be read, fewer tests than planned
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
