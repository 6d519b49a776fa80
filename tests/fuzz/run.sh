#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh SECONDS FUZZER...: each fuzz driver for so long, from its corpus in the repository.
# What breaks a driver is left beside it, and is shown as the input of one test.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
failed=0
for fuzzer; do
	name=${fuzzer##*/}
	found=$(mktemp -d)
	corpus=tests/fuzz/corpus/$name
	# The fixtures of the command line are its best corpus.
	[ "$name" != cmdline ] || corpus="$corpus tests/fixtures/cmdline"
	# A hang is an input that takes longer than 5 seconds.
	# shellcheck disable=SC2086
	if "$fuzzer" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=4096 \
		-print_final_stats=1 -verbosity=1 -artifact_prefix="$fuzzer-" "$found" $corpus \
		>"$fuzzer.log" 2>&1; then
		echo "  FUZZ $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$fuzzer.log")" \
			"inputs in $seconds s, nothing broke"
	else
		echo "  FUZZ $name: broken"
		tail -n 40 "$fuzzer.log"
		failed=1
	fi
	rm -rf "$found"
done
exit $failed
