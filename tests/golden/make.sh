#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make.sh DIRECTORY [NAME]...: diagnoses of the systems in tests/fixtures/diagnose that a
# reader would want to see whole, as text, Markdown and JSON. Without NAME all that are in
# this directory. `tests/golden/make.sh tests/golden` renews them: read the difference.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
BATS_TEST_DIRNAME=$top/tests/fast
BATS_TEST_TMPDIR=$(mktemp -d)
trap 'rm -rf "$BATS_TEST_TMPDIR"' EXIT
bats_require_minimum_version() { :; }
# shellcheck source=tests/fast/helper.bash
. "$BATS_TEST_DIRNAME/helper.bash"

to=$1
shift
[ $# -gt 0 ] || mapfile -t < <(basename -s .txt "$top"/tests/golden/*.txt)
for name in "${@:-${MAPFILE[@]}}"; do
	rm -rf "$root"
	unpack "$name"
	arguments=$(fixture_says "$name" args)
	for format in text markdown json; do
		case $format in
		text) end=txt ;;
		markdown) end=md ;;
		json) end=json ;;
		esac
		# shellcheck disable=SC2086 # the arguments are words
		tool diagnose --format "$format" --verbose --color never $arguments \
			>"$to/$name.$end" && status=0 || status=$?
		[ "$status" -lt 2 ]
	done
done
